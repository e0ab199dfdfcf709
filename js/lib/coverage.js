/** What a set of photos covers: by the faces in them where somebody has looked, else by their captions. Pure; words by key and values. */

/** Bits of 64 in which two perceptual hashes of one scene differ at most. */
const SCENE_BITS = 12;
const FEW = 6;
/** Findings that say that a photo may teach the wrong face. */
const STRANGERS = new Set(["several_faces", "other_person", "two_people"]);
/** Findings that say why a photo's face tells little of who it is. */
const UNCLEAR = new Set(["no_face", "face_small", "face_turned", "dark_glasses"]);
const SAME_LIGHT = 14;
const CLOSE = /\b(close[ -]?ups?|head ?shots?|face only|of (?:the|her|his) face)\b/i;
const FULL = /\b(full[ -](?:body|length|figure)|whole body|head to toe|from head to foot)\b/i;
/** Share of the picture's height that a face takes: at least so much in a close-up, less than so much of a whole body. */
export const CLOSE_FACE = 0.22;
export const FULL_FACE = 0.1;
const HALF = /\b(upper body|half[ -](?:body|length)|waist[ -]up|to the waist|three[ -]quarter|medium shot|bust)\b/i;

/** What takes nothing away from a photo: some from afar, in profile or from behind are good to have. */
const NOTES = new Set(["no_face", "face_small", "face_turned", "animated"]);

/** What is looked at of a photo. @typedef {Omit<Isengard.Photo, "findings"> & {findings: {code: string}[]}} Judged */
/** A perceptual hash in halves of 32 bits. @typedef {[number, number]} Bits */
/** A sentence by its key. @typedef {{key: string, values: Record<string, number>, hint?: boolean}} Line */

/** Whether a photo counts among the good ones: used, nothing weak about it, and nobody else in it. @param {Judged} options */
export function teaches({ included, findings }) {
  return included && findings.every(({ code }) => NOTES.has(code));
}

/** Whether a finding says that a photo is worth little, whoever is in it. @param {string} code */
export const isWeak = (code) => !STRANGERS.has(code) && !UNCLEAR.has(code) && !NOTES.has(code);

/** @returns {Line[]} the most useful first @param {Judged[]} photos */
export function coverageOf(photos) {
  const shown = photos.filter((photo) => photo.included);
  const count = shown.length;
  if (count < FEW) return [];
  const weak = shown.filter((photo) => photo.findings.some(({ code }) => isWeak(code))).length;
  const unclear = shown.filter((photo) => photo.findings.some(({ code }) => UNCLEAR.has(code))).length;
  const others = shown.filter((photo) => photo.findings.some(({ code }) => STRANGERS.has(code))).length;
  const scenes = scenesOf(shown);
  /** @type {(Line | null | false)[]} */
  const lines = [
    others > 0 && { key: "coverStrangers", values: { n: others } },
    weak * 4 > count && { key: "coverWeak", values: { n: weak, count } },
    unclear * 2 > count && { key: "coverUnclear", values: { n: unclear, count } },
    scenes > 0 && scenes * 2 <= count && { key: "coverScenes", values: { n: scenes, count } },
    sameLight(shown) && { key: "coverLight", values: {} },
    framing(shown),
  ];
  return lines.filter((line) => line !== null && line !== false);
}

/** @param {Judged[]} photos @returns {Line | null} */
function framing(photos) {
  const measured = photos.filter((photo) => typeof photo.face === "number");
  const faces = measured.filter((photo) => (photo.face ?? 0) > 0).length;
  return faces * 2 < photos.length ? framingByCaptions(photos) : framingByFaces(measured);
}

/** @param {Judged[]} photos @returns {Line | null} */
function framingByFaces(photos) {
  const close = photos.filter((photo) => (photo.face ?? 0) >= CLOSE_FACE).length;
  const full = photos.filter((photo) => (photo.face ?? 0) < FULL_FACE).length;
  return framed(photos.length, { told: photos.length, close, full });
}

/** Only when most say something; otherwise what would be good. @param {Judged[]} photos @returns {Line | null} */
function framingByCaptions(photos) {
  const told = photos.map(({ caption }) => framedByCaption(caption)).filter((framed) => framed !== "");
  if (told.length * 2 < photos.length) return { key: "coverUnknown", values: {}, hint: true };
  /** @param {string} kind */
  const says = (kind) => told.filter((one) => one === kind).length;
  return framed(photos.length, { told: told.length, close: says("close"), full: says("full") });
}

/** `close`, `half`, `full`, '' where it does not say. @param {string} caption */
export function framedByCaption(caption) {
  return CLOSE.test(caption) ? "close" : FULL.test(caption) ? "full" : HALF.test(caption) ? "half" : "";
}

/** @param {number} count @param {{told: number, close: number, full: number}} options @returns {Line | null} */
function framed(count, { told, close, full }) {
  if (close * 3 > told * 2) return { key: "coverClose", values: { n: close, count } };
  if (full * 3 > told * 2) return { key: "coverFar", values: { n: full, count } };
  return full ? null : { key: "coverNoFull", values: {} };
}

/** How many pictures there are when those that look alike count once; 0 where the hashes are not known. @param {Judged[]} photos */
function scenesOf(photos) {
  /** @type {Bits[]} */
  const seen = [];
  for (const { phash } of photos) {
    if (!/^[0-9a-f]{1,16}$/.test(phash ?? "")) return 0;
    const bits = bitsOf(phash ?? "");
    if (!seen.some((known) => apart(known, bits) <= SCENE_BITS)) seen.push(bits);
  }
  return seen.length;
}

/** Halves of 32 bits each: hundreds of photos are compared pairwise, which BigInt takes eighty times as long for. @param {string} phash in hex @returns {Bits} */
function bitsOf(phash) {
  const whole = phash.padStart(16, "0");
  return [parseInt(whole.slice(0, 8), 16), parseInt(whole.slice(8), 16)];
}

/** In how many bits two hashes differ. @param {Bits} one @param {Bits} other */
const apart = (one, other) => ones(one[0] ^ other[0]) + ones(one[1] ^ other[1]);

/** How many bits of 32 are set: counted in pairs, fours and bytes side by side. @param {number} bits */
function ones(bits) {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** @param {Judged[]} photos */
function sameLight(photos) {
  const values = photos.map((photo) => photo.brightness).filter((value) => typeof value === "number");
  if (values.length < photos.length) return false;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return spread < SAME_LIGHT;
}
