/** The numbers of a picture: those that a recipe starts from, and what a model bears of each, the least and the most. The server holds requests to the same. */

import { bestOf, drawable } from "./likeness_rules.js";
import { isPublished } from "./versions.js";

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

/** The model a person is drawn with. @param {Isengard.Recipe} recipe @param {Isengard.Character | undefined} person */
export function familyOf(recipe, person) {
  const versions = drawable(person, recipe);
  return (bestOf(versions.filter(isPublished)) ?? versions.at(-1))?.family ?? "";
}

/**
 * The numbers a recipe starts from; those of the person's model where it draws several.
 * @param {Isengard.Recipe} recipe @param {Isengard.Character | undefined} person
 */
export function usualOf(recipe, person) {
  const family = familyOf(recipe, person);
  const own = recipe.families.length > 1 ? recipe.family_defaults?.[family] : null;
  return { ...recipe.defaults, ...own };
}
