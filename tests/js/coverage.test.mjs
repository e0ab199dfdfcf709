import assert from "node:assert/strict";
import { test } from "node:test";

import { findingsNow } from "../../js/components/characters/photo_words.js";
import { coverageOf, teaches } from "../../js/lib/coverage.js";
import { hasTrigger, hasWord, replaced } from "../../js/lib/replace.js";

const HASHES = ["0000000000000000", "ffffffffffffffff", "00000000ffffffff", "ffffffff00000000", "0f0f0f0f0f0f0f0f", "f0f0f0f0f0f0f0f0", "3333333333333333", "cccccccccccccccc"];
const photo = (n, more = {}) => ({ id: `pho_${n}`, included: true, caption: "", phash: HASHES[n % 8], brightness: 60 + 20 * (n % 8), width: 300, height: 400, findings: [], ...more });
const many = (count, make = photo) => Array.from({ length: count }, (_, n) => make(n));
const keys = (photos) => coverageOf(photos).map((line) => line.key);

test("few photos say nothing yet, and what cannot be seen is not claimed", () => {
  assert.deepEqual(coverageOf(many(5)), []);
  assert.deepEqual(coverageOf(many(8)), [{ key: "coverUnknown", values: {}, hint: true }]);
});

test("many photos of few scenes are told, photos without a hash are not judged", () => {
  assert.deepEqual(coverageOf(many(12, (n) => photo(n, { phash: HASHES[n % 3] })))[0], { key: "coverScenes", values: { n: 3, count: 12 } });
  assert.ok(!keys(many(12, (n) => photo(n, { phash: n ? HASHES[0] : "" }))).includes("coverScenes"));
});

test("photos of one scene differ in at most 12 bits of their hashes, wherever those bits are", () => {
  const of = (...hashes) => coverageOf(many(12, (n) => photo(n, { phash: hashes[n % hashes.length] }))).find(({ key }) => key === "coverScenes")?.values.n;
  assert.equal(of("0000000000000000", "0000003f0000003f"), 1);
  assert.equal(of("0000000000000000", "0000003f0000007f"), 2);
  assert.equal(of("0", "8000000080000000", "fff0000000000000", "fff8000000000000"), 2);
  assert.equal(of("ffffffffffffffff", "fffffffffffff000", "7fffffffffffffff"), 1);
});

test("one light is told only where it is known of every photo", () => {
  assert.ok(keys(many(8, (n) => photo(n, { brightness: 120 + n }))).includes("coverLight"));
  assert.ok(!keys(many(8, (n) => photo(n, { brightness: n ? 120 : null }))).includes("coverLight"));
});

test("a wrong face is told before everything else, and is no weak picture", () => {
  const one = coverageOf(many(8, (n) => photo(n, { findings: n ? [] : [{ code: "other_person" }] })));
  assert.deepEqual(one[0], { key: "coverStrangers", values: { n: 1 } });
  const three = keys(many(8, (n) => photo(n, { findings: n < 3 ? [{ code: "several_faces" }] : [{ code: "no_face" }] })));
  assert.equal(three[0], "coverStrangers");
  assert.ok(!three.includes("coverWeak"));
});

test("faces that are small, turned away or hidden are told where most are, and a few of them are no weak photos", () => {
  const some = (count, code) => many(8, (n) => photo(n, { findings: n < count ? [{ code }] : [] }));
  assert.deepEqual(coverageOf(some(5, "face_turned"))[0], { key: "coverUnclear", values: { n: 5, count: 8 } });
  for (const code of ["no_face", "face_small", "face_turned", "dark_glasses"]) assert.ok(!keys(some(4, code)).some((key) => ["coverUnclear", "coverWeak"].includes(key)), code);
  assert.deepEqual(coverageOf(some(3, "face_blurred"))[0], { key: "coverWeak", values: { n: 3, count: 8 } });
  assert.deepEqual(coverageOf(some(3, "two_people"))[0], { key: "coverStrangers", values: { n: 3 } });
  assert.deepEqual(["face_small", "face_turned", "face_blurred", "dark_glasses", "two_people"].map((code) => teaches(photo(0, { findings: [{ code }] }))), [true, true, false, false, false]);
});

test("two people are told with how many photos show each", () => {
  const one = photo(0, { findings: [{ code: "two_people", message: "old", counts: [5, 3] }] });
  assert.equal(findingsNow(one, [one])[0].message, "5 photos show one person and 3 another: keep those of the one you mean.");
});

test("framing is taken from the faces, where somebody has looked at them", () => {
  const sized = (face) => keys(many(9, (n) => photo(n, { face: face(n) })));
  assert.ok(sized((n) => (n < 7 ? 0.4 : 0.15)).includes("coverClose"));
  assert.ok(sized((n) => (n < 7 ? 0.08 : 0.3)).includes("coverFar"));
  assert.ok(sized((n) => (n < 4 ? 0.3 : 0.15)).includes("coverNoFull"));
  assert.ok(!sized((n) => [0.3, 0.15, 0.05][n % 3]).some((key) => key.startsWith("cover")));
  assert.ok(sized((n) => (n < 3 ? 0.3 : 0)).includes("coverUnknown"), "an animal's photos show no faces");
});

test("framing is taken from captions, when most say something about it", () => {
  const said = (text, odd = text) => many(9, (n) => photo(n, { caption: n % 9 ? `ohwx, ${text} in a park` : `ohwx, ${odd}` }));
  assert.deepEqual(coverageOf(said("a close-up"))[0], { key: "coverClose", values: { n: 9, count: 9 } });
  assert.deepEqual(coverageOf(said("full body shot"))[0], { key: "coverFar", values: { n: 9, count: 9 } });
  assert.deepEqual(keys(said("upper body")), ["coverNoFull"]);
  assert.deepEqual(keys(said("upper body", "full-length photo")), []);
  assert.deepEqual(keys(said("on a bench")), ["coverUnknown"]);
});

test("photos that are left out do not count, weak ones do", () => {
  assert.deepEqual(coverageOf(many(8, (n) => photo(n, { included: n < 5 }))), []);
  assert.deepEqual(coverageOf(many(8, (n) => photo(n, { findings: n < 3 ? [{ code: "dark" }] : [] })))[0], { key: "coverWeak", values: { n: 3, count: 8 } });
});

test("findings are said as they are now: the twin by its number, nothing about a twin that is gone", () => {
  const list = [photo(0), photo(1, { findings: [{ code: "twin", message: "old", other: "pho_0" }, { code: "small", message: "old" }, { code: "new_kind", message: "as the server says" }] })];
  assert.deepEqual(findingsNow(list[1], list).map((found) => found.message), ["Looks almost like photo 1: variety teaches more.", "Only 300\u00a0×\u00a0400 pixels: larger is better.", "as the server says"]);
  assert.deepEqual(findingsNow(list[1], [list[1]]).map((found) => found.code), ["small", "new_kind"]);
  const before = { ...list[1], findings: [{ code: "twin", message: "Looks almost like photo 7", other: "" }] };
  assert.equal(findingsNow(before, list)[0].message, "Looks almost like photo 7");
});

test("crops of one photograph are no good photos, and a note takes nothing away", () => {
  const list = [photo(0), photo(1, { findings: [{ code: "same_shot", message: "old", other: "pho_0" }] }), photo(2, { findings: [{ code: "animated", message: "old" }] })];
  assert.deepEqual(list.map((one) => teaches({ ...one, findings: findingsNow(one, list) })), [true, false, true]);
  assert.match(findingsNow(list[1], list)[0].message, /same photograph as photo 1/);
  assert.equal(teaches({ ...list[1], findings: findingsNow(list[1], list.slice(1)) }), true, "the other part is gone");
  assert.ok(!keys(many(8, (n) => photo(n, { findings: [{ code: "animated" }] }))).includes("coverWeak"));
});

test("replacing in captions takes text as text and leaves no holes", () => {
  assert.equal(replaced("ohwx, Blue Shirt, blue shirt", "blue shirt", "red ($1) coat"), "ohwx, red ($1) coat, red ($1) coat");
  assert.equal(replaced("ohwx, blue shirt, on a bench", "blue shirt", ""), "ohwx, on a bench");
  assert.equal(replaced("a (b) c", "(b)", ""), "a c");
  assert.deepEqual(["ohwx, a", "in Ohwx's hat", "ohwxx", ""].map((caption) => hasWord(caption, "ohwx")), [true, true, false, false]);
  assert.equal(hasWord("<img (", "<img ("), true);
  assert.deepEqual(["ohwxé", "éohwx", "ohwxж", "ohwx's", "ohwx_2"].map((caption) => hasWord(caption, "ohwx")), [false, false, false, true, false]);
  assert.deepEqual(["[trigger] on a beach", "a photo of {trigger}", "ohwx在公园里", "in a park"].map((caption) => hasTrigger(caption, "ohwx")), [true, true, true, false]);
});
