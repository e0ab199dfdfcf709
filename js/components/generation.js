/** One generation in the stream: progress while it is made, its pictures afterwards. */

import { h, icon, picture } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { ENDED } from "../state.js";
import { offerUndo } from "./panel.js";
import { showPicture } from "./viewer.js";

export function generationCard(view, generation, names) {
  const name = names[generation.request.characters[0]?.id] ?? "";
  const running = !ENDED.has(generation.state);
  const kept = generation.images.filter((image) => !image.deleted_at);
  return h("section", { class: "isen-card isen-stack-tight", "data-testid": "isen-generation", "data-state": generation.state },
    kept.length ? h("div", { class: "isen-pictures" }, ...kept.map((image) => thumb(view, generation, image, name))) : null,
    running ? progress(generation) : null,
    generation.error ? h("p", { class: "isen-error", text: `${generation.error.message} ${generation.error.hint}` }) : null,
    generation.state === "cancelled" ? h("small", { class: "isen-muted", text: t("state_cancelled") }) : null,
    h("small", { class: "isen-muted isen-ellipsis", text: `${name} · ${generation.request.prompt}`, title: generation.request.prompt }),
    tools(view, generation, running));
}

function thumb(view, generation, image, name) {
  const open = () => showPicture(view, generation, image, name);
  return h("button", { class: "isen-plain", "aria-label": t("openImage", { n: image.n + 1 }), on: { click: open } },
    picture(view.store.api.imageUrl(generation, image), t("imageAlt", { name }), {
      "data-testid": "isen-image", width: image.width, height: image.height, class: "isen-made",
    }));
}

function progress({ state, progress: p }) {
  if (state === "queued") return h("small", { class: "isen-muted", text: t("waiting") });
  const values = { n: p.image + 1, count: p.count, step: p.step, total: p.total_steps };
  const share = (p.image + (p.total_steps ? p.step / p.total_steps : 0)) / p.count;
  return h("div", {}, h("small", { text: t(p.total_steps ? "makingSteps" : "making", values) }), h("progress", { max: 1, value: share }));
}

function tools(view, generation, running) {
  const { store } = view;
  const path = `/generations/${generation.id}`;
  if (running) {
    const cancel = () => store.attempt((id) => store.api.post(`${path}/cancel`, {}, id));
    return h("button", { text: t("cancelImages"), "data-testid": "isen-cancel-images", on: { click: cancel } });
  }
  const favourite = async () =>
    store.keepGeneration(await store.attempt((id) => store.api.patch(path, { favourite: !generation.favourite }, id)));
  const remove = async () => {
    if (!(await store.attempt((id) => store.api.delete(path, id)))) return;
    store.set({ generations: store.state.generations.filter((known) => known.id !== generation.id) });
    offerUndo(view, t("imagesDeleted"), async () =>
      store.keepGeneration(await store.attempt((id) => store.api.post(`${path}/restore`, {}, id))));
  };
  const label = generation.favourite ? t("unfavourite") : t("favourite");
  return h("div", { class: "isen-row" },
    h("button", { class: "isen-icon", "aria-label": label, title: label, "aria-pressed": String(generation.favourite), on: { click: favourite } }, icon(generation.favourite ? "heart-fill" : "heart")),
    h("button", { class: "isen-icon", "aria-label": t("reuse"), title: t("reuse"), on: { click: () => store.go({ tab: "images", reuse: generation.id }) } }, icon("replay")),
    h("span", { class: "isen-grow" }),
    h("button", { class: "isen-icon", "aria-label": t("deleteImages"), title: t("deleteImages"), on: { click: remove } }, icon("trash")));
}
