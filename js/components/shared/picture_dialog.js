/** Pictures in full, over the canvas: arrow keys move, Escape closes. */

import { button, h, icon, say } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { arrowOf, closer, openDialog } from "./dialogs.js";

/** @typedef {{src: string, name: string, caption: string, mark?: HTMLElement | null}} Item what the dialog needs of a picture, and what it wears beside its words; more is the opener's own */

/**
 * Returns `drop(item)`: it goes and the next one is shown, with the last the dialog goes; answers with what brings it back.
 * @template {Item} One
 * @param {Isengard.View} view
 * @param {{label: string, items: One[], at: number, below?: Node | null, tools?: (close: () => void, at: () => number) => Isengard.Child[],
 *   keys?: (event: KeyboardEvent, close: () => void) => void, changed?: (at: number) => void}} shown `changed`: another picture is shown; `below` stands under all
 */
export function showPictures(view, { label, items, at: first, below = null, tools = () => [], keys = () => {}, changed = () => {} }) {
  let at = first;
  const image = h("img", { class: "isen-full", "data-testid": "isen-full" });
  const caption = h("small", { class: "isen-grow isen-wrap isen-caption-text", tabindex: 0 });
  const mark = h("div");
  const place = h("small", { class: "isen-muted" });
  const link = h("a", { class: "isen-button isen-icon", "aria-label": t("download"), title: t("download") }, icon("download"));
  /** @param {number} move */
  const show = (move) => {
    at = (at + move + items.length) % items.length;
    const { src, name, caption: text, mark: worn } = items[at];
    image.src = src;
    image.alt = label;
    say(caption, text);
    mark.replaceChildren(...(worn ? [worn] : []));
    say(place, items.length > 1 ? t("placeOf", { n: at + 1, count: items.length }) : "");
    for (const one of turns) one.hidden = items.length < 2;
    link.href = src;
    link.download = name;
    changed(at);
  };
  /** @param {number} move @param {string} word @param {string} name */
  const turn = (move, word, name) => button(word, () => show(move), { icon: name, bare: true });
  const turns = [turn(-1, t("previous"), "chevron-left"), turn(1, t("next"), "chevron-right")];
  /** @param {One} item */
  const drop = (item) => {
    const was = items.indexOf(item);
    items.splice(was, 1);
    if (was < at) at -= 1;
    if (items.length) show(0);
    else dialog.close();
    return () => {
      items.splice(was, 0, item);
      at = was;
      if (dialog.open) show(0);
    };
  };
  const dialog = openDialog(view, { label, kind: "isen-viewer", keys: (event) => (arrowOf(event) ? show(arrowOf(event)) : keys(event, () => dialog.close())) },
    h("div", { class: "isen-viewer-picture" }, image),
    h("div", { class: "isen-row" }, turns[0], place, turns[1], mark, caption,
      ...tools(() => dialog.close(), () => at), link, closer(() => dialog.close())), below);
  show(0);
  return drop;
}
