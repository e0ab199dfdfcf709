/** What a set of photos covers, as far as it can be told without looking at faces. Pure; words by key and values. */

/** Bits of 64 in which two perceptual hashes of one scene differ at most. */
const SCENE_BITS = 12;
const FEW = 6;
const SAME_LIGHT = 14;
const CLOSE = /\b(close[ -]?ups?|head ?shots?|face only|of (?:the|her|his) face)\b/i;
const FULL = /\b(full[ -](?:body|length|figure)|whole body|head to toe|from head to foot)\b/i;
const HALF = /\b(upper body|half[ -](?:body|length)|waist[ -]up|to the waist|three[ -]quarter|medium shot|bust)\b/i;

/** @returns {{key: string, values: Record<string, number>, hint?: boolean}[]} the most useful first */
export function coverageOf(photos) {
  const shown = photos.filter((photo) => photo.included);
  const count = shown.length;
  if (count < FEW) return [];
  const weak = shown.filter((photo) => photo.findings.length).length;
  const scenes = scenesOf(shown);
  return [
    weak * 4 > count && { key: "coverWeak", values: { n: weak, count } },
    scenes > 0 && scenes * 2 <= count && { key: "coverScenes", values: { n: scenes, count } },
    sameLight(shown) && { key: "coverLight", values: {} },
    framing(shown),
  ].filter(Boolean);
}

/** By what captions say, and only when most say something; otherwise what would be good. */
function framing(photos) {
  const says = (pattern) => photos.filter((photo) => pattern.test(photo.caption)).length;
  const count = photos.length;
  const told = photos.filter(({ caption }) => CLOSE.test(caption) || FULL.test(caption) || HALF.test(caption)).length;
  if (told * 2 < count) return { key: "coverUnknown", values: {}, hint: true };
  const close = says(CLOSE);
  const full = says(FULL);
  if (close * 3 > told * 2) return { key: "coverClose", values: { n: close, count } };
  if (full * 3 > told * 2) return { key: "coverFar", values: { n: full, count } };
  return full ? null : { key: "coverNoFull", values: {} };
}

/** How many pictures there are when those that look alike count once; 0 where the hashes are not known. */
function scenesOf(photos) {
  const seen = [];
  for (const { phash } of photos) {
    if (!/^[0-9a-f]{1,16}$/.test(phash ?? "")) return 0;
    const bits = BigInt(`0x${phash}`);
    if (!seen.some((known) => ones(known ^ bits) <= SCENE_BITS)) seen.push(bits);
  }
  return seen.length;
}

function ones(bits) {
  let found = 0;
  for (let left = bits; left; left &= left - 1n) found += 1;
  return found;
}

function sameLight(photos) {
  const values = photos.map((photo) => photo.brightness);
  if (values.some((value) => typeof value !== "number")) return false;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return spread < SAME_LIGHT;
}
