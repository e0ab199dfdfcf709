/** Bars that stay in view lie over what scrolls. What a keyboard comes to is brought out from under them. */

const BARS = ".isen-foot, .isen-compose, .isen-selection, .isen-select-bar, .isen-improve-foot, .isen-dialog > :is(.isen-undo, .isen-banners)";
const GAP = 8;
const MOST_TRIES = 8;

/** @param {HTMLElement} panel */
export function uncoverFocus(panel) {
  // A press scrolls nothing away from under the pointer.
  let pressed = false;
  panel.addEventListener("pointerdown", () => (pressed = true), { capture: true });
  for (const end of ["pointerup", "pointercancel", "keydown"]) panel.addEventListener(end, () => (pressed = false), { capture: true });
  // The browser scrolls to what has the focus after it has told so.
  panel.addEventListener("focusin", ({ target }) => pressed || requestAnimationFrame(() => uncover(panel, /** @type {HTMLElement} */ (target))));
}

/** @param {HTMLElement} panel @param {HTMLElement} focused */
function uncover(panel, focused) {
  if (document.activeElement !== focused || !focused.matches(":focus-visible")) return;
  for (const bar of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll(BARS))) {
    if (bar.closest("dialog") !== focused.closest("dialog")) continue; // what lies behind a dialog stays where it is
    const { position, top } = getComputedStyle(bar);
    const scroller = position === "sticky" && !bar.contains(focused) && scrollerOf(bar);
    if (!scroller || !scroller.contains(focused)) continue;
    // Where its list has only begun, a bar comes along for a while.
    for (let tries = 0, far = 1; far && tries < MOST_TRIES; tries++) {
      far = hidden(focused, bar, scroller, top !== "auto");
      scroller.scrollTop += far;
    }
  }
}

/** How far to scroll until `bar`, at the top or the bottom, is off `focused`: of what is higher than the room the beginning is seen. @param {HTMLElement} focused @param {HTMLElement} bar @param {HTMLElement} scroller @param {boolean} atTop */
function hidden(focused, bar, scroller, atTop) {
  const [at, over] = [focused.getBoundingClientRect(), bar.getBoundingClientRect()];
  if (at.bottom <= over.top || at.top >= over.bottom) return 0;
  if (atTop) return at.top - over.bottom - GAP;
  return Math.min(at.bottom - over.top + GAP, Math.max(0, at.top - scroller.getBoundingClientRect().top - GAP));
}

/** @param {HTMLElement} element */
function scrollerOf(element) {
  for (let around = element.parentElement; around; around = around.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  }
  return null;
}
