import assert from "node:assert/strict";
import { test } from "node:test";

import { chartOf, unevenOf } from "../../js/lib/coverage_chart.js";

const photo = (n, more = {}) => ({ id: `pho_${n}`, included: true, caption: "", findings: [], ...more });
const many = (count, more) => Array.from({ length: count }, (_, n) => photo(n, more(n)));
const words = (angle, mouth, clothes, light = "even") => ({ face: 0.3, brightness: 120, face_words: { angle, light, mouth, clothes } });
const row = (photos, key) => chartOf(photos).find((one) => one.key === key);
const counts = (photos, key) => row(photos, key)?.kinds.map((kind) => [kind.key, kind.ids.length]);

test("kinds are counted, and say which photos are of them", () => {
  const set = many(10, (n) => ({ ...words(n < 7 ? "frontal" : "three_quarter", n % 2 ? "open" : "closed", n < 6 ? "blue" : "red", n ? "even" : "side"), face: n < 5 ? 0.4 : n < 9 ? 0.15 : 0.05 }));
  assert.deepEqual(chartOf(set).map(({ key }) => key), ["framing", "angle", "light", "mouth", "clothes"]);
  assert.deepEqual(counts(set, "framing"), [["close", 5], ["half", 4], ["full", 1]]);
  assert.deepEqual(counts(set, "angle"), [["frontal", 7], ["three_quarter", 3]]);
  assert.deepEqual(counts(set, "light"), [["even", 9], ["side", 1]]);
  assert.deepEqual(counts(set, "mouth"), [["closed", 5], ["open", 5]]);
  assert.deepEqual(counts(set, "clothes"), [["blue", 6], ["red", 4]]);
  assert.deepEqual(row(set, "framing").kinds[2].ids, ["pho_9"]);
  assert.deepEqual(unevenOf(chartOf(set)), { thin: [], much: ["light_even"] });
});

test("what a set should have and hardly has is thin, what nearly all are is told too", () => {
  const set = many(20, (n) => ({ ...words("frontal", "wide", n < 16 ? "black" : "green"), face: n < 18 ? 0.4 : n === 18 ? 0.15 : 0.05 }));
  assert.deepEqual(unevenOf(chartOf(set)).thin, ["framing_half", "framing_full", "angle_three_quarter"]);
  assert.deepEqual(unevenOf(chartOf(set)).much, ["light_even", "mouth_wide", "clothes_black"]);
  assert.deepEqual(counts(set, "angle"), [["frontal", 20], ["three_quarter", 0]]);
});

test("what is known of fewer than half of the photos is not shown", () => {
  assert.deepEqual(chartOf(many(5, () => words("frontal", "open", "red"))), []);
  assert.deepEqual(chartOf(many(20, (n) => (n < 9 ? words("frontal", "open", "red") : {}))).map(({ key }) => key), []);
  assert.deepEqual(chartOf(many(20, (n) => (n < 10 ? words("frontal", "open", "") : {}))).map(({ key }) => key), ["framing", "angle", "light", "mouth"]);
});

test("photos of an older version are framed by their captions and lit by their brightness", () => {
  const set = many(8, (n) => ({ caption: n < 5 ? "ohwx, a close-up" : "ohwx, full body", brightness: n < 4 ? 60 : 180 }));
  assert.deepEqual(counts(set, "framing"), [["close", 5], ["half", 0], ["full", 3]]);
  assert.deepEqual(counts(set, "light"), [["dim", 4], ["bright", 4]]);
});

test("what was found can be looked up, the most frequent first; photos that are left out are not counted", () => {
  const set = many(4, (n) => ({ included: n > 0, findings: n === 1 ? [{ code: "dark" }, { code: "small" }] : [{ code: "small" }] }));
  assert.deepEqual(counts(set, "found"), [["small", 3], ["dark", 1]]);
});

test("a kind of a newer version stands behind those that are known", () => {
  const set = many(6, (n) => words(n ? "frontal" : "upside_down", "open", "red"));
  assert.deepEqual(counts(set, "angle"), [["frontal", 5], ["three_quarter", 0], ["upside_down", 1]]);
});
