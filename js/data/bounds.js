/** What a model bears of the numbers of a picture: the least and the most of each. The server holds requests to the same. */

/** As wide as a request may be. @type {Schema.Bounds} */
export const WIDE = { steps: [1, 200], guidance: [0, 30], strength: [0, 2] };

/**
 * Those of the model that is drawn with. Another model with the same tensors that was chosen by its name, and wants other numbers,
 * has its own: nothing is known of them.
 * @param {Isengard.Recipe} recipe @param {string} family '' where any will do @param {Isengard.Recipe["bases"][number] | undefined} base
 * @returns {Schema.Bounds}
 */
export function boundsOf(recipe, family, base) {
  const own = recipe.family_bounds?.[family || recipe.families[0]] ?? WIDE;
  const other = base !== undefined && Object.keys(base.defaults ?? {}).length > 0;
  return other ? { ...WIDE, strength: own.strength } : own;
}
