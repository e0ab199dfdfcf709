/** The wall that compares trained versions: which pictures it takes, and which of those made belong to it. Pure. */

import { WITHOUT, bestOf, drawable, isWithout } from "./likeness_rules.js";
import { isPublished, keyOf, spread } from "./versions.js";

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
/** The usual wall of all scenes, with what was best before: more takes long, and more is not asked for when it is looked at again. */
export const MOST_PICTURES = ((USUAL_VERSIONS + 1) * STRENGTHS.length + 1) * NAMES.length;

/**
 * A person's versions that a recipe can draw, newest last: of each training each step once, as it saved it last.
 * @param {Isengard.Character} person @param {Isengard.Recipe} recipe
 */
export function versionsFor(person, recipe) {
  const versions = drawable(person, recipe);
  const newest = new Map(versions.map((version) => [keyOf(version), version]));
  return versions.filter((version) => newest.get(keyOf(version)) === version);
}

/**
 * The keys of those that are compared unless somebody chooses: those of the training that was asked about, else of the newest one, and
 * what is best so far.
 * @param {Isengard.Character} person @param {Isengard.Recipe} recipe @param {string} [training]
 */
export function usualVersions(person, recipe, training = "") {
  const versions = versionsFor(person, recipe);
  const { job_id: asked } = versions.findLast(({ job_id: job }) => job === training) ?? versions.at(-1) ?? {};
  const latest = spread(versions.filter(({ job_id: job }) => job === asked), USUAL_VERSIONS);
  const best = bestOf(versions.filter(isPublished));
  return new Set([...latest, ...(best ? [best] : [])].map(keyOf));
}

/**
 * The trainings that have left something to compare, newest first, each with its versions by step.
 * @param {Isengard.Version[]} versions newest last
 * @returns {{job: string, versions: Isengard.Version[]}[]}
 */
export function byTraining(versions) {
  const jobs = [...new Set(versions.map(({ job_id: job }) => job).reverse())];
  return jobs.map((job) => ({ job, versions: versions.filter((known) => known.job_id === job).sort((a, b) => a.step - b.step) }));
}

/**
 * One order a picture, version by version: what ComfyUI has patched it keeps. Last, each scene without the LoRA, as strength 0 of
 * the newest version, which all rows share. `keys`: of the versions that are compared.
 * @param {Isengard.Character} person @param {Isengard.Recipe} recipe @param {{scenes: Scene[], keys: Set<string>}} options
 * @returns {Isengard.Order[]}
 */
export function ordersOf(person, recipe, { scenes, keys }) {
  const { width = 512, height = 512 } = recipe.defaults;
  /** @param {Isengard.Version} version @param {number} strength @param {Scene} scene */
  const order = ({ step, job_id: job }, strength, scene) => /** @type {Isengard.Order} */ ({
    recipe: recipe.name, purpose: "grid", characters: [{ id: person.id, checkpoint: step, job_id: job, strength }],
    prompt: SCENES[scene].replaceAll("{class}", person.class_word), width, height, count: 1, seed: FIRST_SEED + NAMES.indexOf(scene),
  });
  const versions = versionsFor(person, recipe).filter((version) => keys.has(keyOf(version)));
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
 * Rows of versions, columns of strengths, for one scene; null where nothing was asked for. `without`: the scene without the LoRA. A row is
 * known by the file that draws it, where its record is too old by its step.
 * @param {Isengard.Generation[]} wall @param {Scene} scene
 */
export function cellsOf(wall, scene) {
  const here = wall.filter((known) => known.request.seed === FIRST_SEED + NAMES.indexOf(scene));
  /** @param {Isengard.Generation} known */
  const use = (known) => known.request.characters[0];
  /** @param {Isengard.Generation} known */
  const place = (known) => known.versions?.[0] || `${use(known).job_id ?? ""} ${use(known).checkpoint}`;
  const drawn = here.filter((known) => !isWithout(known)).sort((a, b) => Number(use(a).checkpoint) - Number(use(b).checkpoint) || (a.id < b.id ? -1 : 1));
  const places = [...new Set(drawn.map(place))];
  const strengths = [...new Set(drawn.map((known) => use(known).strength))].sort((a, b) => a - b);
  const rows = places.map((key) => {
    const made = drawn.filter((known) => place(known) === key);
    return { key, step: Number(use(made[0]).checkpoint), made: made[0], cells: strengths.map((strength) => made.findLast((known) => use(known).strength === strength) ?? null) };
  });
  return { strengths, rows, without: here.find(isWithout) ?? null };
}

/** @param {Isengard.Generation[]} wall */
export const scenesOf = (wall) => NAMES.filter((_, index) => wall.some((known) => known.request.seed === FIRST_SEED + index));
