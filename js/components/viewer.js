/** A picture in full, over the canvas: arrow keys move, Escape closes. */

import { h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";

export function showPicture(view, generation, first, name) {
  const kept = generation.images.filter((image) => !image.deleted_at);
  let at = kept.indexOf(first);
  const image = h("img", { class: "isen-full" });
  const caption = h("small", { class: "isen-muted" });
  const link = h("a", { class: "isen-button", "aria-label": t("download"), title: t("download") }, icon("download"));
  const show = (move) => {
    at = (at + move + kept.length) % kept.length;
    const current = kept[at];
    image.src = view.store.api.imageUrl(generation, current);
    image.alt = t("imageAlt", { name });
    caption.textContent = `${generation.request.prompt} · ${current.width} × ${current.height} · ${t("seedIs", { n: current.seed })}`;
    link.href = image.src;
    link.download = `${generation.id}-${current.n}.png`;
  };
  const keys = (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move) show(move);
    event.stopPropagation();
  };
  const dialog = h("dialog", { class: "isen-dialog isen-viewer", "aria-label": t("imageAlt", { name }), on: { keydown: keys, close: () => dialog.remove() } },
    image, h("div", { class: "isen-row" }, h("span", { class: "isen-grow isen-wrap" }, caption), link,
      h("button", { class: "isen-icon", "aria-label": t("close"), title: t("close"), on: { click: () => dialog.close() } }, icon("times"))));
  show(0);
  view.append(dialog);
  dialog.showModal();
}
