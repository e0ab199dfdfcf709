/** What measured likeness says about a wall of comparisons. Pure. */

/** A number and its word, of one picture; null where nothing was measured. @param {Isengard.Generation | null | undefined} generation */
export const likenessOf = (generation) => generation?.images[0]?.likeness ?? null;

/** @param {Isengard.Generation} generation */
export const isStranger = (generation) => !generation.request.prompt.includes("{trigger");

/** Pictures that were made and could be measured, but were not yet. @param {Isengard.Generation[]} generations */
export function unmeasured(generations) {
  return generations.filter((known) => known.state === "completed" && known.request.characters.length === 1 && known.images.length && !likenessOf(known)).length;
}

/**
 * The version that comes nearest to the person and the strength at which it does, as the server measured them:
 * {file, step, strength, score, own}; null until every version of the newest training was measured. Of several families the
 * first in the server's order.
 * @param {Isengard.Version[]} versions
 */
export function nearest(versions) {
  const found = [...versions].filter((known) => known.nearest && known.scores.likeness !== undefined).sort(byRank)[0];
  if (!found) return null;
  const { likeness: score, strength = 1, own_photos: own = null } = found.scores;
  return { file: found.file, step: found.step, strength, score, own };
}

/** Measured, and in none of them was a face that could be held against the photos. @param {Isengard.Generation[]} wall */
export function faceless(wall) {
  const measured = wall.map(likenessOf).filter((likeness) => likeness !== null);
  return measured.length > 0 && measured.every(({ score }) => score === null);
}

/**
 * A stranger who looks like the person: trained for too long, or drawn in too strongly. Null where nobody does.
 * @param {Isengard.Generation[]} wall
 */
export function leaking(wall) {
  const found = wall.filter((known) => isStranger(known) && ["good", "fair"].includes(likenessOf(known)?.verdict ?? ""));
  /** @param {Isengard.Generation} generation */
  const score = (generation) => likenessOf(generation)?.score ?? 0;
  return found.sort((a, b) => score(b) - score(a))[0] ?? null;
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
