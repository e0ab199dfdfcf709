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
  closesOutside(dialog);
  view.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A press behind it closes it: what began or ended within it, as a text that is marked does, was none. @param {HTMLDialogElement} dialog */
function closesOutside(dialog) {
  let began = false;
  /** @param {MouseEvent} event */
  const isBehind = ({ target, clientX: x, clientY: y }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    return target === dialog && (x < left || x > right || y < top || y > bottom);
  };
  dialog.addEventListener("pointerdown", (event) => void (began = isBehind(event)));
  dialog.addEventListener("click", (event) => began && isBehind(event) && dialog.close());
}

/** The open dialog that lies above all others. @param {ParentNode} panel */
export function topDialog(panel) {
  return /** @type {HTMLDialogElement | undefined} */ ([...panel.querySelectorAll("dialog[open]")].at(-1));
}

/**
 * Behind an open dialog nothing can be seen or pressed: `element` is in the one on top for as long as that is open, then where `home` puts it.
 * @param {HTMLElement} panel @param {HTMLElement} element @param {() => void} home
 */
export function nearWork(panel, element, home) {
  const dialog = topDialog(panel);
  if (!dialog) return home();
  dialog.append(element);
  dialog.addEventListener("close", () => dialog.contains(element) && nearWork(panel, element, home), { once: true });
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
