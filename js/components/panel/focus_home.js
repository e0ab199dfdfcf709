/** Who works by keys keeps a place in the panel: when what has the focus goes, the view (or the open dialog) takes it, not ComfyUI's page. */

/**
 * @param {HTMLElement} panel
 * @param {() => HTMLElement} home what takes the focus then
 */
export function keepFocus(panel, home) {
  /** What was focused last, until somebody goes elsewhere by themselves. @type {HTMLElement | null} */
  let last = null;
  const gone = () => !last?.isConnected || !last.checkVisibility();
  panel.addEventListener("focusin", ({ target }) => (last = /** @type {HTMLElement} */ (target)));
  // Chromium tells of a removal while the element is still there: asked a moment later.
  panel.addEventListener("focusout", ({ target }) => queueMicrotask(() => target === last && document.activeElement !== last && !gone() && (last = null)));
  const lost = () => last && gone() && (document.activeElement === document.body || document.activeElement === last);
  // A closing dialog gives the focus back by itself: between two elements it is nowhere for a moment, so looked at again a task later.
  const look = () => lost() && setTimeout(() => {
    if (!lost()) return;
    last = null;
    if (panel.isConnected) home().focus({ preventScroll: true });
  });
  new MutationObserver(look).observe(panel, { childList: true, subtree: true, attributeFilter: ["hidden", "open"] });
}

/** The focus goes to what has taken the place of an element that was made anew, once it is there. @param {HTMLElement} panel @param {string} testid */
export function focusAgain(panel, testid) {
  const find = () => {
    const found = /** @type {HTMLElement | null} */ (panel.querySelector(`[data-testid="${testid}"]`));
    found?.focus({ preventScroll: true });
    return Boolean(found) || document.activeElement !== document.body;
  };
  const watch = new MutationObserver(() => find() && watch.disconnect());
  if (!find()) watch.observe(panel, { childList: true, subtree: true });
}

/** The view's heading, else the box it is in. @param {HTMLElement} body */
export function homeOf(body) {
  return [...body.querySelectorAll("h2")].find((heading) => heading.checkVisibility()) ?? body;
}
