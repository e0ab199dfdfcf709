/** The wall that compares trained versions: which pictures it takes, and which of those made belong to it. Pure. */

import { WITHOUT, bestOf, drawable, isWithout } from "./likeness_rules.js";
import { isPublished, spread } from "./versions.js";

/** Seeds are fixed, so that a wall of today can be held against one of last week; a scene is known by its seed. */
export const FIRST_SEED = 20261124;
export const STRENGTHS = [0.7, 0.85, 1.0, 1.15];
/** So many versions are on a wall by themselves: a training saves ten times. */
export const USUAL_VERSIONS = 10;
/** `stranger` has no trigger: whoever looks like the person there is a sign of too much training. */
export const SCENES = {
  portrait: "portrait photo of {trigger}, {class}, looking at the camera, soft light",
  full_body: "full body photo of {trigger}, {class}, standing in a street, head to toe",
  outfit: "photo of {trigger}, {class}, wearing a bright yellow raincoat, in the rain",
  expression: "close-up photo of {trigger}, {class}, laughing out loud",
  stranger: "portrait photo of a {class}, looking at the camera, soft light",
};
/** @typedef {keyof typeof SCENES} Scene */
const NAMES = /** @type {Scene[]} */ (Object.keys(SCENES));
/** The usual wall of all scenes: more takes long, and more is not asked for when it is looked at again. */
export const MOST_PICTURES = (USUAL_VERSIONS * STRENGTHS.length + 1) * NAMES.length;

/**
 * A person's versions that a recipe can draw, newest last, each step once: that of the newest training.
 * @param {Isengard.Character} person @param {Isengard.Recipe} recipe
 */
export function versionsFor(person, recipe) {
  const newest = new Map(drawable(person, recipe).map((version) => [version.step, version]));
  return drawable(person, recipe).filter((version) => newest.get(version.step) === version);
}

/**
 * The steps that are compared unless somebody chooses: those of the newest training, and what is best so far.
 * @param {Isengard.Character} person @param {Isengard.Recipe} recipe
 */
export function usualSteps(person, recipe) {
  const versions = versionsFor(person, recipe);
  const latest = spread(versions.filter(({ job_id: job }) => job === versions.at(-1)?.job_id), USUAL_VERSIONS);
  const best = bestOf(versions.filter(isPublished));
  return new Set([...latest, ...(best ? [best] : [])].map(({ step }) => step));
}

/**
 * One order a picture, version by version: what ComfyUI has patched it keeps. Last, each scene without the LoRA, as strength 0 of
 * the newest version, which all rows share.
 * @param {Isengard.Character} person @param {Isengard.Recipe} recipe @param {{scenes: Scene[], steps: Set<number>}} options
 * @returns {Isengard.Order[]}
 */
export function ordersOf(person, recipe, { scenes, steps }) {
  const { width = 512, height = 512 } = recipe.defaults;
  /** @param {Isengard.Version} version @param {number} strength @param {Scene} scene */
  const order = (version, strength, scene) => /** @type {Isengard.Order} */ ({
    recipe: recipe.name, purpose: "grid", characters: [{ id: person.id, checkpoint: version.step, strength }],
    prompt: SCENES[scene].replaceAll("{class}", person.class_word), width, height, count: 1, seed: FIRST_SEED + NAMES.indexOf(scene),
  });
  const versions = versionsFor(person, recipe).filter(({ step }) => steps.has(step));
  const drawn = versions.flatMap((version) => STRENGTHS.flatMap((strength) => scenes.map((scene) => order(version, strength, scene))));
  return [...drawn, ...versions.slice(-1).flatMap((newest) => scenes.map((scene) => order(newest, WITHOUT, scene)))];
}

/**
 * The newest wall of a person and a recipe.
 * @param {Isengard.Generation[]} comparisons @param {Isengard.Character} person @param {Isengard.Recipe} recipe
 */
export function newestWall(comparisons, person, recipe) {
  const theirs = comparisons.filter((known) => known.purpose === "grid" && known.recipe === recipe.name && known.request.characters[0].id === person.id);
  return theirs.filter((known) => known.correlation_id === theirs[0].correlation_id);
}

/**
 * Rows of versions, columns of strengths, for one scene; null where nothing was asked for. `without`: the scene without the LoRA.
 * @param {Isengard.Generation[]} wall @param {Scene} scene
 */
export function cellsOf(wall, scene) {
  const here = wall.filter((known) => known.request.seed === FIRST_SEED + NAMES.indexOf(scene));
  /** @param {Isengard.Generation} known */
  const use = (known) => known.request.characters[0];
  const drawn = here.filter((known) => !isWithout(known));
  const steps = [...new Set(drawn.map((known) => use(known).checkpoint))].sort((a, b) => Number(a) - Number(b));
  const strengths = [...new Set(drawn.map((known) => use(known).strength))].sort((a, b) => a - b);
  /** @param {Schema.CharacterUse["checkpoint"]} step @param {number} strength */
  const cell = (step, strength) => drawn.find((known) => use(known).checkpoint === step && use(known).strength === strength) ?? null;
  return { steps, strengths, rows: steps.map((step) => strengths.map((strength) => cell(step, strength))), without: here.find(isWithout) ?? null };
}

/** @param {Isengard.Generation[]} wall */
export const scenesOf = (wall) => NAMES.filter((_, index) => wall.some((known) => known.request.seed === FIRST_SEED + index));
