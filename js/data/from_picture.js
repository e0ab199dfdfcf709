/** Orders for pictures that start from another one: by which workflow, and what of the picture's own request they take over. Knows no element. */

import { drawable } from "./likeness_rules.js";

/** What an order takes of a person; where it is made again, the server adds what a newer version of it knows. */
const OF_PERSON = /** @type {const} */ (["id", "checkpoint", "job_id", "strength", "reference", "words"]);

/** The workflow that enlarges with an upscale model: it draws nothing, so it is not among those of the form. */
export const ENLARGES = "enlarge-model";

/** Whether a workflow starts from a picture when it is asked to. @param {Isengard.Recipe | undefined} recipe @param {string} [control] */
export const startsFrom = (recipe, control = "picture") => Boolean(recipe?.controls.includes(control)) && !recipe?.missing.length;

/**
 * The workflows that can draw these people from a picture: the picture's own first.
 * @param {Pick<Isengard.Shown, "recipes" | "characters">} state @param {string} own the picture's workflow @param {string[]} ids of the people @param {string} [control]
 * @returns {Isengard.Recipe[]}
 */
export function recipesFor({ recipes, characters }, own, ids, control) {
  const people = ids.map((id) => characters.find((known) => known.id === id));
  const fits = recipes.filter((recipe) => startsFrom(recipe, control) && recipe.people === ids.length && people.every((person) => person && canDraw(person, recipe)));
  return [...fits.filter(({ name }) => name === own), ...fits.filter(({ name }) => name !== own)];
}

/** @param {Isengard.Character} person @param {Isengard.Recipe} recipe */
function canDraw(person, recipe) {
  return recipe.identity === "lora" ? drawable(person, recipe).length > 0 : recipe.identity === "reference" && person.photo_count > 0;
}

/** The ids of the people that a picture was asked for with. @param {Isengard.Entry} entry */
export const idsOf = ({ generation }) => generation.request.characters.map(({ id }) => id);

/** Whether what can be done to the picture can be done by some workflow. @param {Isengard.Entry} entry @param {Isengard.Shown} state */
export const canStart = (entry, state) => recipesFor(state, entry.generation.request.recipe, idsOf(entry)).length > 0;

/**
 * The picture's own request with what is another in it; a new seed, since the picture's own noise laid over the picture again only sharpens it.
 * @param {Isengard.Entry} entry @param {string} recipe @param {Partial<Isengard.Order>} changes @param {Partial<Schema.StartOrder> & {how: Schema.StartOrder["how"]}} start
 * @returns {Schema.PictureOrder}
 */
export function orderFrom({ generation, image }, recipe, changes, start) {
  const { prompt, negative, steps, guidance, sampler, scheduler, base_model, characters } = generation.request;
  const same = recipe === generation.request.recipe;
  return {
    recipe, prompt, negative, ...(same ? { steps, guidance, sampler, scheduler, base_model } : {}), seed: null, count: 1,
    characters: characters.map(personOf), ...changes,
    start: { generation_id: generation.id, n: image.n, change: 0.5, scale: 1, ...start },
  };
}

/** The same once more, from the same picture and mask: both lie with the pictures that failed. @param {Isengard.Generation} generation @returns {Schema.PictureOrder} */
export function orderAgain({ id, request, made_from }) {
  const how = /** @type {Schema.StartOrder["how"]} */ (made_from?.how);
  return { ...request, characters: request.characters.map(personOf), start: { how, generation_id: id, n: 0, again: true } };
}

/** @param {Schema.CharacterUse} use @returns {Schema.CharacterOrder} */
export function personOf(use) {
  return /** @type {Schema.CharacterOrder} */ (/** @type {unknown} */ (Object.fromEntries(OF_PERSON.filter((name) => name in use).map((name) => [name, use[name]]))));
}
