/**
 * Pictures in full, over the canvas: arrow keys move (PageUp and PageDown where a picture is larger than its frame), Escape closes, a finger swipes. The dialog
 * keeps its size, its buttons keep their places and a zoom stays from picture to picture.
 */

import { button, h, icon, say } from "../../lib/dom.js";
import { isCommand } from "../../locales/reading.js";
import { t } from "../../locales/words.js";
import { putPicture } from "./coming_picture.js";
import { arrowOf, closer, openDialog } from "./dialogs.js";
import { Zoom, ZoomFrame, zoomButtons } from "./zoom_frame.js";

/** @typedef {{src: string, file?: string, name: string, caption: string, mark?: HTMLElement | null, width?: number, height?: number}} Item what the dialog needs of a picture, and what it wears beside its words; `file` is what is downloaded, where that is another one */

/**
 * @template One
 * @typedef {{at: () => number, close: () => void, drop: (item: One) => () => void}} PictureDialog
 *   `drop(item)`: it goes and the next one is shown, with the last the dialog goes; answers with what brings it back
 */

/** @type {Record<string, number>} */
const PAGES = { PageUp: -1, PageDown: 1 };

/**
 * @template One
 * @param {Isengard.View} view
 * @param {{label: string, items: One[], at: number, describe: (item: One) => Item, below?: Node | null, tools?: (close: () => void, at: () => number) => Isengard.Child[],
 *   keys?: (event: KeyboardEvent) => unknown, changed?: (at: number) => void, closed?: () => void, dragged?: (event: DragEvent) => void}} shown `describe` is asked of each once it is shown;
 *   `changed`: another picture is shown; `dragged`: it is dragged elsewhere; `below` stands under all
 * @returns {PictureDialog<One>}
 */
export function showPictures(view, { label, items, at: first, describe, below = null, tools = () => [], keys = () => {}, changed = () => {}, closed, dragged }) {
  let at = first;
  const order = [...items];
  const image = h("img", { class: "isen-full", "data-testid": "isen-full", on: { dragstart: (event) => dragged?.(event) } });
  const zoom = new Zoom();
  const frame = new ZoomFrame(zoom, image, { dragsOut: true, swiped: (move) => items.length > 1 && show(move) });
  const caption = h("small", { class: "isen-grow isen-wrap isen-caption-text", tabindex: 0 });
  const mark = h("div");
  const place = h("small", { class: "isen-muted isen-viewer-place", role: "status" });
  const link = h("a", { class: "isen-button isen-labelled", title: t("download"), "data-testid": "isen-save-picture" }, icon("download"), h("span", { text: t("download") }));
  /** @param {number} move */
  const show = (move) => {
    at = (at + move + items.length) % items.length;
    const { src, file = src, name, caption: text, mark: worn, width = 0, height = 0 } = describe(items[at]);
    if (width) frame.sized({ width, height });
    putPicture(image, src);
    image.alt = label;
    say(caption, text);
    mark.replaceChildren(...(worn ? [worn] : []));
    say(place, items.length > 1 ? t("placeOf", { n: at + 1, count: items.length }) : "");
    for (const one of turns) one.disabled = items.length < 2;
    link.href = file;
    link.download = name;
    changed(at);
  };
  /** @param {number} move @param {string} word @param {string} name */
  const turn = (move, word, name) => button(word, () => show(move), { icon: name, bare: true });
  const turns = [turn(-1, t("previous"), "chevron-left"), turn(1, t("next"), "chevron-right")];
  const close = () => dialog.close();
  /** @param {One} item */
  const drop = (item) => {
    const was = items.indexOf(item);
    items.splice(was, 1);
    if (was < at) at -= 1;
    if (items.length) show(0);
    else close();
    return () => {
      const later = new Set(order.slice(order.indexOf(item) + 1));
      const before = items.findIndex((one) => later.has(one));
      at = before < 0 ? items.length : before;
      items.splice(at, 0, item);
      if (dialog.open) show(0);
    };
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    const move = isCommand(event) ? 0 : PAGES[event.key] ?? 0;
    if (!move && zoom.press(event)) return;
    const turn = move || arrowOf(event);
    if (turn) show(turn);
    if (turn || keys(event)) event.preventDefault();
  };
  const dialog = openDialog(view, { label, kind: "isen-viewer", closed, keys: key },
    h("div", { class: "isen-viewer-head" }, h("div", { class: "isen-row isen-viewer-turns" }, turns[0], place, turns[1], zoomButtons(zoom)), h("div", { class: "isen-viewer-tools" }, ...tools(close, () => at), link), closer(close)),
    frame.element,
    h("div", { class: "isen-viewer-words" }, h("div", { class: "isen-row" }, mark, caption), below));
  show(0);
  return { at: () => at, close, drop };
}
