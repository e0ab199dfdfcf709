/** What measured likeness says of pictures, of a wall of comparisons and of its versions, as the server measured it. Pure. */

import { drawnWith } from "./versions.js";

/** The strength that leaves the LoRA out: against such pictures is measured how well versions still do what they are asked. */
export const WITHOUT = 0;
/** So much more a stranger may look like the person than without the LoRA, where the base alone draws somebody alike (core/faces/choosing.py). */
const LEAK = 0.15;
/** Two numbers that are closer say the same: up to 15 % of somebody else in a face stays below that (core/faces/choosing.py). */
const SAME = 0.03;

/** A number and its word, of one picture; null where nothing was measured. @param {Isengard.Generation | null | undefined} generation */
export const likenessOf = (generation) => generation?.images[0]?.likeness ?? null;

/**
 * Who was measured in a picture, in the order of its request; of one person what older records say too.
 * @param {Isengard.Generation} generation @param {Isengard.GeneratedImage} [image]
 * @returns {{id: string, likeness: Isengard.Likeness}[]}
 */
export function measuredIn({ request: { characters }, images: [first] }, image = first) {
  const several = image?.likenesses ?? {};
  const found = characters.filter(({ id }) => several[id]).map(({ id }) => ({ id, likeness: several[id] }));
  const [one] = characters;
  return found.length || !one || !image?.likeness ? found : [{ id: one.id, likeness: image.likeness }];
}

/** Whether a measurement asks for a reason: it does not look like the person, or shows no face where there should be one. @param {Isengard.Likeness | undefined} likeness */
export const isPoor = (likeness) => likeness?.verdict === "poor" || Boolean(likeness?.score === null && likeness.why && likeness.why !== "drawing");

/** @param {Isengard.Generation} generation */
export const isStranger = (generation) => !generation.request.prompt.includes("{trigger");

/** Whether a picture of a wall was drawn without the LoRA. @param {Isengard.Generation} generation */
export const isWithout = ({ request }) => request.characters[0].strength === WITHOUT;

/** Pictures that were made and could be measured, but were not yet. @param {Isengard.Generation[]} generations */
export function unmeasured(generations) {
  return generations.filter((known) => known.state === "completed" && known.request.characters.length === 1 && known.images.length && !likenessOf(known)).length;
}

/**
 * The server's choice and the strength that suits it, with the versions that cannot be told from it; null until every version of the
 * wall was measured, and where none is fit. Of several families the first in the server's order.
 * @param {Isengard.Version[]} versions
 * @returns {Isengard.Nearest | null}
 */
export function nearest(versions) {
  const found = [...versions].filter((known) => known.nearest && known.scores.likeness !== undefined).sort(byRank)[0];
  if (!found) return null;
  const { likeness: score, strength = 1, own_photos: own = null } = found.scores;
  const tied = versions.filter((known) => found.tied?.includes(known.file)).map(({ step, job_id }) => ({ step, job_id }));
  return { file: found.file, step: found.step, job_id: found.job_id, strength, score, own, tied };
}

/**
 * What was measured of a version; null where nothing was, or only by a pack that knew nothing of copies.
 * @param {Isengard.Version} version
 * @returns {Isengard.Measures | null}
 */
export function measuresOf({ file, step, job_id, scores, faults = [] }) {
  const { told, copied = 0, likeness = null, low = null, high = null, own_photos: own = null, flexible = null, yardstick_trained: trained = 0 } = scores;
  return told === undefined ? null : { file, step, job_id, likeness, low, high, own, copied, told, flexible, trained: trained > 0, faults };
}

/** The versions that a wall's pictures were drawn with. @param {Isengard.Generation[]} wall @param {Isengard.Version[]} versions */
export function versionsOn(wall, versions) {
  const files = new Set(wall.filter((known) => !isWithout(known)).map((known) => drawnWith(versions, known)?.file));
  return versions.filter(({ file }) => files.has(file));
}

/**
 * Why the server has chosen none of a wall's versions: `waiting` for the rest to be measured, none is `unlike` enough,
 * or each is `faulty` in its own way; '' where nothing was measured.
 * @param {Isengard.Version[]} versions
 */
export function undecided(versions) {
  const measured = versions.map(measuresOf).filter((known) => known !== null);
  if (!measured.length) return "";
  if (measured.length < versions.length) return "waiting";
  /** @param {Isengard.Measures} known */
  const isUnlike = ({ faults }) => faults.includes("unlike");
  if (measured.some(isUnlike) && measured.every((known) => isUnlike(known) || known.faults.includes("not_measurable"))) return "unlike";
  return measured.every(({ faults }) => faults.length) ? "faulty" : "";
}

/**
 * The likest version that was not chosen because it copies photos, does not follow prompts or shows in strangers; null where its number
 * would not have made it the best.
 * @param {Isengard.Version[]} versions @param {Isengard.Nearest | null} best
 */
export function passedOver(versions, best) {
  /** @param {Isengard.Measures} known */
  const score = ({ likeness }) => likeness ?? 0;
  const refused = versions.map(measuresOf).filter((known) => known !== null).filter(({ faults }) => faults.some((fault) => ["copies", "stiff", "leaks"].includes(fault)));
  const likest = refused.sort((a, b) => score(b) - score(a))[0];
  return likest && (!best || score(likest) > best.score - SAME) ? likest : null;
}

/** Whether two numbers say the same. @param {number | null} one @param {number | null} other */
export const isSame = (one, other) => one !== null && other !== null && Math.abs(one - other) < SAME;

/**
 * Why in none of a wall's pictures was a face that could be held against the photos: the commonest reason, '' where it is not
 * known; null where one could be measured, or nothing was.
 * @param {Isengard.Generation[]} wall
 */
export function faceless(wall) {
  const measured = wall.map(likenessOf).filter((likeness) => likeness !== null);
  if (!measured.length || measured.some(({ score }) => score !== null)) return null;
  const reasons = measured.map(({ why }) => why ?? "");
  /** @param {string} why */
  const often = (why) => reasons.filter((known) => known === why).length;
  return [...new Set(reasons)].sort((a, b) => often(b) - often(a))[0];
}

/**
 * A stranger who looks like the person: trained for too long, or drawn in too strongly. Null where nobody does, or where one does without
 * the LoRA too.
 * @param {Isengard.Generation[]} wall
 */
export function leaking(wall) {
  const alike = wall.filter((known) => isStranger(known) && ["good", "fair"].includes(likenessOf(known)?.verdict ?? ""));
  /** @param {Isengard.Generation} generation */
  const score = (generation) => likenessOf(generation)?.score ?? 0;
  const anyway = Math.max(...alike.filter(isWithout).map((known) => score(known) + LEAK));
  return alike.filter((known) => !isWithout(known) && score(known) > anyway).sort((a, b) => score(b) - score(a))[0] ?? null;
}

/** Which of these versions "the best" stands for: the server ranks the best of each family. @param {Isengard.Version[]} versions */
export function bestOf(versions) {
  return versions.filter((known) => known.rank).sort(byRank)[0] ?? null;
}

/**
 * The best of each family in the server's order, then those that are not the best of theirs.
 * @param {Isengard.Version} one @param {Isengard.Version} other
 */
const byRank = (one, other) => (one.rank || Infinity) - (other.rank || Infinity);

/**
 * A person's versions that a recipe draws, as the server chooses them: where they are of several families, those that ComfyUI has everything of.
 * @param {Isengard.Character | null | undefined} person @param {Isengard.Recipe} recipe
 */
export function drawable(person, recipe) {
  /** @param {string[]} families */
  const of = (families) => person?.versions.filter((version) => families.includes(version.family)) ?? [];
  const ready = of(recipe.ready ?? []);
  return ready.length ? ready : of(recipe.families);
}
