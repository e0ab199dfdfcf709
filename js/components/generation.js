/** One generation in the stream: progress while it is made, its pictures afterwards. */

import { button, h, icon, picture } from "../lib/dom.js";
import { ago } from "../lib/format.js";
import { t } from "../locales/words.js";
import { ENDED } from "../state.js";
import { offerUndo } from "./view.js";
import { showPictures } from "./viewer.js";

export function generationCard(view, { generation, name }) {
  const running = !ENDED.has(generation.state);
  const kept = generation.images.filter((image) => !image.deleted_at);
  const { prompt } = generation.request;
  return h("li", { class: "isen-card isen-generation", "data-testid": "isen-generation", "data-state": generation.state },
    kept.length > 0 && h("div", { class: kept.length > 1 ? "isen-pictures isen-many" : "isen-pictures" }, ...kept.map((image) => thumb(view, generation, image, name))),
    running && progress(generation),
    generation.error && h("p", { class: "isen-error", "data-testid": "isen-generation-error", text: `${generation.error.message} ${generation.error.hint}`.trim() }),
    generation.state === "cancelled" && h("small", { class: "isen-muted", text: t("state_cancelled") }),
    h("p", { class: "isen-prompt-line isen-muted", text: `${name} · ${prompt}`, title: prompt }),
    tools(view, generation, running));
}

function thumb(view, generation, image, name) {
  const open = button(t("openImage", { n: image.n + 1 }), () => openFull(view, generation, image, name), { kind: "plain", bare: true });
  const { width, height } = image;
  open.replaceChildren(picture(view.store.api.thumbUrl(generation, image), t("imageAlt", { name }), { "data-testid": "isen-image", width, height, class: "isen-made" }));
  return open;
}

function openFull(view, generation, first, name) {
  const kept = generation.images.filter((image) => !image.deleted_at);
  const items = kept.map((image) => ({
    src: view.store.api.imageUrl(generation, image), name: `${generation.id}-${image.n}.png`,
    caption: `${generation.request.prompt} · ${t("pixels", { w: image.width, h: image.height })} · ${t("seedIs", { n: image.seed })}`,
  }));
  const extra = (close) => [
    favourite(view, generation),
    button(t("deleteImages"), async () => (await remove(view, generation)) && close(), { icon: "trash", bare: true }),
  ];
  showPictures(view, { label: t("imageAlt", { name }), items, at: kept.indexOf(first), tools: extra });
}

function progress({ state, progress: p }) {
  const share = (p.image + (p.total_steps ? p.step / p.total_steps : 0)) / p.count;
  const values = { n: Math.min(p.image + 1, p.count), count: p.count, step: p.step, total: p.total_steps };
  const words = state === "queued" ? t("waiting") : t(p.total_steps ? "makingSteps" : "making", values);
  return h("div", { class: "isen-stack-tight", role: "status" },
    h("div", { class: "isen-picture isen-skeleton isen-short" }), h("small", { text: words }),
    h("progress", { max: 1, value: state === "queued" ? null : share, "aria-label": words }));
}

function favourite(view, generation) {
  const { store } = view;
  const label = (on) => t(on ? "unfavourite" : "favourite");
  let on = generation.favourite;
  const flip = async () => {
    show(!on);
    const kept = store.keepGeneration(await store.attempt((id) => store.api.patch(`/generations/${generation.id}`, { favourite: on }, id)));
    if (!kept) show(!on);
  };
  const heart = button(label(on), flip, { bare: true, testid: "isen-favourite" });
  const show = (wanted) => {
    on = wanted;
    heart.setAttribute("aria-pressed", String(on));
    heart.replaceChildren(icon(on ? "heart-fill" : "heart"));
  };
  show(on);
  return heart;
}

async function remove(view, generation) {
  const { store } = view;
  const path = `/generations/${generation.id}`;
  if (!(await store.attempt((id) => store.api.delete(path, id)))) return false;
  store.drop("generations", generation.id);
  offerUndo(view, t("imagesDeleted"), async () => store.keepGeneration(await store.attempt((id) => store.api.post(`${path}/restore`, {}, id))));
  return true;
}

function tools(view, generation, running) {
  const { store } = view;
  const path = `/generations/${generation.id}`;
  if (running) {
    const cancel = async () => store.keepGeneration(await store.attempt((id) => store.api.post(`${path}/cancel`, {}, id)));
    return h("div", { class: "isen-row" }, button(t("cancelImages"), cancel, { testid: "isen-cancel-images" }));
  }
  const canvas = view.panel?.openOnCanvas;
  return h("div", { class: "isen-row" },
    favourite(view, generation),
    button(t("reuse"), () => view.reuse(generation), { icon: "replay", bare: true, testid: "isen-reuse" }),
    canvas && button(t("openOnCanvas"), () => onCanvas(view, generation), { icon: "sitemap", bare: true }),
    h("small", { class: "isen-grow isen-muted isen-end", text: ago(generation.created_at) }),
    button(t("deleteImages"), () => remove(view, generation), { icon: "trash", bare: true, testid: "isen-delete-images" }));
}

/** A graph to go on with: what it makes on the canvas is a picture of its own, not one of this generation. */
export function unbound(graph) {
  const nodes = Object.entries(graph).map(([id, node]) => {
    if (node.class_type !== "IsengardSaveImage") return [id, node];
    return [id, { ...node, inputs: { ...node.inputs, generation_id: "" } }];
  });
  return Object.fromEntries(nodes);
}

/** The graph that was sent to ComfyUI, as a new canvas tab. */
async function onCanvas(view, generation) {
  const prompts = await view.store.attempt(() => view.store.api.get(`/generations/${generation.id}/workflow`));
  const [graph] = [prompts].flat();
  if (graph) await view.panel.openOnCanvas(unbound(graph), `Isengard ${generation.recipe}`);
}
