/** A finger that rested long enough has done what it came for. */

/** A browser tells a click so soon after the finger was lifted, if at all. */
const LIFTED_MS = 500;

/**
 * The click in which some browsers let a long press end means nothing, also not for what has come under the finger meanwhile;
 * the next press means something again.
 */
export function swallowItsClick(page = window) {
  const began = ["pointerdown", "keydown"];
  const ended = ["pointerup", "pointercancel"];
  const done = () => {
    page.removeEventListener("click", swallow, true);
    for (const kind of began) page.removeEventListener(kind, done, true);
    for (const kind of ended) page.removeEventListener(kind, lifted, true);
  };
  const lifted = () => setTimeout(done, LIFTED_MS);
  /** @param {Event} event */
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
    done();
  };
  page.addEventListener("click", swallow, true);
  for (const kind of began) page.addEventListener(kind, done, true);
  for (const kind of ended) page.addEventListener(kind, lifted, true);
}
