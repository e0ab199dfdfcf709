/** Small things kept in the browser: for the session, or for good. What cannot be read or written is not missed. */

/** @type {Isengard.Memory} */
let chosen = null;

/** From now on, what is kept for good is kept there. @param {Isengard.Memory} memory */
export function rememberIn(memory) {
  chosen = memory;
}

/** Where things are kept for good. Full, or forbidden by the browser, it remembers nothing, and what asks it goes on. @returns {NonNullable<Isengard.Memory>} */
export function lasting() {
  return {
    getItem: (key) => tried(() => (chosen ?? globalThis.localStorage)?.getItem(key) ?? null),
    setItem: (key, value) => void tried(() => (chosen ?? globalThis.localStorage)?.setItem(key, value)),
  };
}

/** @template Answer @param {() => Answer} ask */
function tried(ask) {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

/** @param {Isengard.Memory} memory @param {string} key */
export function recalled(memory, key) {
  try {
    return JSON.parse(memory?.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Isengard.Memory} memory @param {string} key @param {unknown} value */
export function kept(memory, key, value) {
  tried(() => memory?.setItem(key, JSON.stringify(value)));
}
