/** The models in the order in which they are offered, and the one to begin with. Pure. */

/**
 * The families as they are offered: what suits the machine first; `have` leaves those whose model ComfyUI has. An older server says no place.
 * @param {Isengard.Family[]} families @param {boolean} have
 */
export function inOrder(families, have) {
  const shown = have ? families.filter((known) => known.base_models.length) : families;
  return [...shown].sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
}

/**
 * The one to begin with: what ComfyUI has already and this machine can train, so that nothing has to be fetched; else the recommended one.
 * @param {Isengard.Family[]} families
 */
export function preferred(families) {
  const ordered = inOrder(families, false);
  const able = ordered.filter(({ fit }) => fit !== "too_big");
  const [first] = [able.find((known) => known.base_models.length), ordered.find(({ fit }) => fit === "recommended"), able.find(({ status }) => status === "proven"), ...able, ...ordered].filter(Boolean);
  return first?.key;
}
