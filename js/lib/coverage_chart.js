/** What a set of photos covers, kind by kind, for a chart whose bars can be pressed. Pure; words by key. */

import { CLOSE_FACE, FULL_FACE, framedByCaption } from "./coverage.js";

/** With fewer photos, or known of fewer than half of them, a row says nothing. */
const FEW = 6;
/** A kind that every set should have is thin below a tenth; one kind of a row is much from four fifths on. */
const THIN = 10;
const MUCH = 0.8;
/** Mean of the grey picture, as a photo's record has it: below the first dim, from the second on bright. */
const DIM = 75;
const BRIGHT = 150;

/** @typedef {import("./coverage.js").Judged} Judged */
/** `thin`: too few for a set that should have it; `much`: nearly all are of it. @typedef {{key: string, ids: string[], thin: boolean, much: boolean}} Kind */
/** @typedef {{key: string, kinds: Kind[]}} Row */

/** A row: how a photo's kind is told ('' for not known), all kinds in their order, and those that every set should have. @typedef {{key: string, of: (photo: Judged) => string, kinds?: string[], core?: string[]}} Asked */
/** @type {Asked[]} */
const ROWS = [
  { key: "framing", of: framing, kinds: ["close", "half", "full"], core: ["close", "half", "full"] },
  { key: "angle", of: (photo) => photo.face_words?.angle ?? "", kinds: ["frontal", "three_quarter", "turned"], core: ["frontal", "three_quarter"] },
  { key: "light", of: light, kinds: ["dim", "even", "bright", "side"] },
  { key: "mouth", of: (photo) => photo.face_words?.mouth ?? "", kinds: ["closed", "wide", "open"] },
  { key: "clothes", of: (photo) => photo.face_words?.clothes ?? "" },
];

/** @returns {Row[]} @param {Judged[]} photos */
export function chartOf(photos) {
  const shown = photos.filter((photo) => photo.included);
  const found = { key: "found", kinds: kindsOf(shown.flatMap(({ id, findings }) => findings.map(({ code }) => ({ id, kind: code })))) };
  const rows = shown.length < FEW ? [] : ROWS.map((asked) => rowOf(asked, shown)).filter((row) => row !== null);
  return found.kinds.length ? [...rows, found] : rows;
}

/** Kinds that a set should have more of, and those that nearly all photos are of. @returns {{thin: string[], much: string[]}} as `row_kind` @param {Row[]} rows */
export function unevenOf(rows) {
  const kinds = rows.flatMap((row) => row.kinds.map((kind) => ({ ...kind, name: `${row.key}_${kind.key}` })));
  return { thin: kinds.filter((kind) => kind.thin).map(({ name }) => name), much: kinds.filter((kind) => kind.much).map(({ name }) => name) };
}

/** @returns {Row | null} @param {Asked} asked @param {Judged[]} photos */
function rowOf({ key, of, kinds = [], core = [] }, photos) {
  const told = photos.map((photo) => ({ id: photo.id, kind: of(photo) })).filter(({ kind }) => kind !== "");
  if (told.length < FEW || told.length * 2 < photos.length) return null;
  const counted = kindsOf(told, kinds).filter(({ key: kind, ids }) => ids.length || core.includes(kind));
  return { key, kinds: counted.map((kind) => ({ ...kind, thin: core.includes(kind.key) && kind.ids.length * THIN < told.length, much: !core.length && kind.ids.length >= MUCH * told.length })) };
}

/** In the order of `kinds`, those that are not among them by how many there are. @returns {Kind[]} @param {{id: string, kind: string}[]} told @param {string[]} kinds */
function kindsOf(told, kinds = []) {
  /** @type {Map<string, string[]>} */
  const ids = new Map(kinds.map((kind) => [kind, []]));
  for (const { id, kind } of told) ids.set(kind, ids.get(kind) ?? []).get(kind)?.push(id);
  const all = [...ids].map(([key, of]) => ({ key, ids: of, thin: false, much: false }));
  return kinds.length ? all : all.sort((one, other) => other.ids.length - one.ids.length);
}

/** By the face where one was seen, else by the caption. @param {Judged} photo */
function framing(photo) {
  if (!photo.face) return framedByCaption(photo.caption);
  return photo.face >= CLOSE_FACE ? "close" : photo.face < FULL_FACE ? "full" : "half";
}

/** @param {Judged} photo */
function light({ brightness, face_words: words }) {
  if (words?.light === "side") return "side";
  if (typeof brightness !== "number") return "";
  return brightness < DIM ? "dim" : brightness >= BRIGHT ? "bright" : "even";
}
