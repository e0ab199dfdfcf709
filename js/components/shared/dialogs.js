/** Large work opens over the canvas, in the top layer. */

import { button, h } from "../../lib/dom.js";
import { isCommand, readingKey } from "../../locales/reading.js";
import { t } from "../../locales/words.js";

/**
 * A modal dialog inside `view` that goes when it is closed.
 * @param {HTMLElement} view
 * @param {{label: string, kind?: string, keys?: (event: KeyboardEvent) => void, closed?: () => void}} options
 * @param {...Isengard.Child} children
 */
export function openDialog(view, { label, kind = "", keys, closed }, ...children) {
  const gone = () => {
    dialog.remove();
    closed?.();
  };
  const dialog = h("dialog", { class: `isen-dialog ${kind}`, "aria-label": label, tabindex: -1, on: { close: gone } }, ...children);
  if (keys) dialog.addEventListener("keydown", keys);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  view.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The cross of a dialog. @param {() => void} close */
export function closer(close) {
  return button(t("close"), close, { icon: "times", bare: true, testid: "isen-close" });
}

/** -1, 1 or 0: where the arrow keys lead, unless someone is writing or means the browser. @param {KeyboardEvent} event */
export function arrowOf(event) {
  if (isCommand(event) || /** @type {Element | null} */ (event.target)?.matches?.('input:not([type="checkbox"]), textarea, select')) return 0;
  const key = readingKey(event.key);
  return key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
}
