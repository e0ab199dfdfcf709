/** What a control tells where a mouse rests on it is told to a finger that rests on it, too; nothing is pressed by that. */

import { h } from "../../lib/dom.js";
import { swallowItsClick } from "../shared/long_press.js";

const LONG_MS = 500;
/** A finger that moves farther scrolls. */
const STILL_PX = 10;
/** Long enough to read the longest, unless the next touch takes it away. */
const SHOWN_MS = 10_000;
const GAP_PX = 8;
const EXPLAINED = "button[title], label[title], a[title]";
/** A finger that rests chooses there. */
const CHOSEN_BY_REST = ".isen-tile, .isen-strip";

/** @param {HTMLElement} panel */
export function fingerHints(panel) {
  /** @type {{control: HTMLElement, x: number, y: number, timer: number} | null} */
  let press = null;
  /** @type {HTMLElement | null} */
  let hint = null;
  let timer = 0;
  const up = () => {
    clearTimeout(press?.timer);
    press = null;
  };
  const hide = () => {
    clearTimeout(timer);
    hint?.remove();
    hint = null;
  };
  /** @param {HTMLElement} control */
  const show = (control) => {
    up();
    swallowItsClick();
    hint = hintAt(control, panel);
    timer = setTimeout(hide, SHOWN_MS);
  };
  panel.addEventListener("pointerdown", ({ target, pointerType, clientX: x, clientY: y }) => {
    up();
    hide();
    const control = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest(EXPLAINED));
    if (pointerType === "mouse" || !control || !explains(control) || control.closest(CHOSEN_BY_REST)) return;
    press = { control, x, y, timer: setTimeout(() => show(control), LONG_MS) };
  });
  panel.addEventListener("pointermove", ({ clientX: x, clientY: y }) => {
    if (press && Math.hypot(x - press.x, y - press.y) > STILL_PX) up();
  });
  for (const kind of ["pointerup", "pointercancel"]) panel.addEventListener(kind, up);
  // some phones open their menu before our own time is up, and take the finger away from us
  panel.addEventListener("contextmenu", (event) => {
    if (press) show(press.control);
    if (hint) event.preventDefault();
  });
}

/** More than its name: an icon is pressed by slow fingers, too. @param {HTMLElement} control */
const explains = (control) => Boolean(control.title) && control.title !== control.getAttribute("aria-label");

/** Above the control, where the finger does not cover it, within the page. @param {HTMLElement} control @param {HTMLElement} panel */
function hintAt(control, panel) {
  const hint = h("div", { class: "isen-hint", role: "tooltip", popover: "manual", text: control.title, "data-testid": "isen-hint" });
  (control.closest("dialog") ?? panel).append(hint);
  hint.showPopover?.(); // above dialogs; an older browser lays it within the one that is open
  const { top, bottom, left } = control.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = hint;
  const above = top - GAP_PX - height;
  hint.style.top = `${above < GAP_PX ? bottom + GAP_PX : above}px`;
  hint.style.left = `${Math.max(GAP_PX, Math.min(left, innerWidth - width - GAP_PX))}px`;
  return hint;
}
