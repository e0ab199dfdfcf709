/** What measured likeness says about a wall of comparisons. Pure. */

/** A number and its word, of one picture; null where nothing was measured. */
export const likenessOf = (generation) => generation?.images[0]?.likeness ?? null;

export const isStranger = (generation) => !generation.request.prompt.includes("{trigger");

/** Pictures that were made and could be measured, but were not yet. */
export function unmeasured(generations) {
  return generations.filter((known) => known.state === "completed" && known.request.characters.length === 1 && known.images.length && !likenessOf(known)).length;
}

/**
 * The version and the strength that come nearest to the person, over all scenes that show them: {step, strength, score}.
 * A pair counts where at least half of its pictures could be measured; of equals the earlier version.
 */
export function nearest(wall) {
  const pairs = new Map();
  for (const known of wall.filter((one) => likenessOf(one) && !isStranger(one))) {
    const { checkpoint: step, strength } = known.request.characters[0];
    const key = `${step} ${strength}`;
    const { scores = [], all = 0 } = pairs.get(key) ?? {};
    const { score } = likenessOf(known);
    pairs.set(key, { step, strength, scores: score === null ? scores : [...scores, score], all: all + 1 });
  }
  const counted = [...pairs.values()].filter(({ scores, all }) => scores.length && 2 * scores.length >= all);
  const scored = counted.map(({ step, strength, scores }) => ({ step, strength, score: median(scores) }));
  return scored.sort((a, b) => b.score - a.score || a.step - b.step || a.strength - b.strength)[0] ?? null;
}

/** Measured, and in none of them was a face that could be held against the photos. */
export function faceless(wall) {
  const measured = wall.map(likenessOf).filter(Boolean);
  return measured.length > 0 && measured.every(({ score }) => score === null);
}

/** A stranger who looks like the person: trained for too long, or drawn in too strongly. Null where nobody does. */
export function leaking(wall) {
  const found = wall.filter((known) => isStranger(known) && ["good", "fair"].includes(likenessOf(known)?.verdict));
  return found.sort((a, b) => likenessOf(b).score - likenessOf(a).score)[0] ?? null;
}

/**
 * Which version "the best" stands for, as the server decides it: the person's own choice, else the highest resemblance
 * once the newest training was measured, else the last one. `versions` in the order they were trained.
 */
export function bestOf(versions) {
  const picked = versions.findLast((known) => known.picked);
  const scored = versions.filter((known) => known.scores?.likeness !== undefined);
  const newest = versions.at(-1);
  if (picked || !scored.some((known) => known.job_id === newest.job_id)) return picked ?? newest ?? null;
  return scored.reduce((best, known) => (known.scores.likeness > best.scores.likeness ? known : best));
}

/** A person's versions that a recipe draws, as the server chooses them: where they are of several families, those that ComfyUI has everything of. */
export function drawable(person, recipe) {
  const of = (families) => person?.versions.filter((version) => families.includes(version.family)) ?? [];
  const ready = of(recipe.ready ?? []);
  return ready.length ? ready : of(recipe.families);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
