import assert from "node:assert/strict";
import { test } from "node:test";

import { LEAST, MARKS, USES, commonUse, useOf, weakOnes } from "../../js/lib/photo_use.js";

test("the server's two marks are one of three uses, and every use is two marks", () => {
  const marks = [[true, false, "train"], [true, true, "aside"], [false, false, "unused"], [false, true, "unused"]];
  for (const [included, held_out, use] of marks) assert.equal(useOf({ included, held_out }), use);
  for (const use of USES) assert.equal(useOf(MARKS[use]), use);
  assert.equal(commonUse([MARKS.aside, MARKS.aside]), "aside");
  assert.equal(commonUse([MARKS.aside, MARKS.train]), "");
  assert.equal(commonUse([]), "");
});

/** So many good photos, then these: `codes` of each, `twin:3` looks like the one with that number. */
function photos(good, ...weak) {
  const rows = [...Array.from({ length: good }, () => ""), ...weak];
  return rows.map((codes, n) => ({
    id: `p${n}`, included: !codes.includes("unused"),
    findings: codes.split(" ").filter((code) => code && code !== "unused").map((code) => ({ code: code.split(":")[0], other: code.includes(":") ? `p${code.split(":")[1]}` : "" })),
  }));
}

for (const [what, list, out, kept] of [
  ["what is blurred, dark or small goes, and says why", photos(LEAST, "blurred", "dark small"), { p10: ["blurred"], p11: ["dark", "small"] }, 0],
  ["what tells something without being weak stays", photos(LEAST, "animated", "face_turned", "no_face", "several_faces", "other_person"), {}, 0],
  ["of two that look alike one goes, the other stays", photos(LEAST, "twin:3", "same_shot:4"), { p10: ["twin"], p11: ["same_shot"] }, 0],
  ["unless the other goes itself, or is not used, or is gone", photos(LEAST + 2, "blurred", "twin:12", "unused", "twin:14", "twin:99"), { p12: ["blurred"] }, 0],
  ["of a chain every other one stays", photos(LEAST, "twin:3", "twin:10", "twin:11"), { p10: ["twin"], p12: ["twin"] }, 0],
  ["what is not used already is not told", photos(LEAST, "blurred unused"), {}, 0],
  ["ten are left at least, the worst go first, told in their order", photos(LEAST - 2, "small", "dark small", "blurred", "small blurred"), { p9: ["dark", "small"], p11: ["small", "blurred"] }, 2],
  ["of ten or fewer none goes", photos(3, "small", "dark"), {}, 2],
  ["a finding of a newer version counts as a weakness, as it does in what the photos cover", photos(LEAST, "washed_out"), { p10: ["washed_out"] }, 0],
  ["no photos", [], {}, 0],
]) {
  test(`weak ones: ${what}`, () => {
    const found = weakOnes(list);
    assert.deepEqual(Object.fromEntries(found.out.map(({ id, codes }) => [id, codes])), out);
    assert.deepEqual(found.out.map(({ id }) => id), Object.keys(out));
    assert.equal(found.kept, kept);
  });
}
