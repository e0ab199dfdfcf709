import assert from "node:assert/strict";
import { test } from "node:test";

import { sized } from "../../js/components/images/shapes.js";
import { HEIGHT, polyline, rangeOf, smoothed, thinned, WIDTH } from "../../js/lib/curve.js";
import { about, ago, brief, bytes, count, counted, lossMeaning } from "../../js/lib/format.js";

test("times are about", () => {
  const said = [0.2, 20, 59.6, 90, 3600, 4200, 7200].map(about);
  assert.deepEqual(said, ["about 1\u00a0s", "about 20\u00a0s", "about 60\u00a0s", "about 2\u00a0min", "about 1\u00a0h", "about 1\u00a0h\u00a010\u00a0min", "about 2\u00a0h"]);
  assert.deepEqual([null, undefined, NaN, Infinity].map(about), ["", "", "", ""]);
});

test("sizes and counts", () => {
  assert.deepEqual([0, 999, 1000, 37.9e6, 2.14e9, 24e9].map(bytes), ["0\u00a0B", "999\u00a0B", "1.0\u00a0KB", "38\u00a0MB", "2.1\u00a0GB", "24\u00a0GB"]);
  assert.equal(count(1430), "1,430");
});

test("one is one, and many have their marks", () => {
  assert.deepEqual([0, 1, 1204].map((n) => counted("forgetCount_jobs", n)), ["0\u00a0trainings", "1\u00a0training", "1,204\u00a0trainings"]);
});

test("a long name is cut between letters as people count them", () => {
  assert.equal(brief("Anna"), "Anna");
  assert.equal(brief("👩‍🚀".repeat(40)), `${"👩‍🚀".repeat(27)}…`);
});

test("how long ago", () => {
  const now = Date.parse("2026-08-20T12:00:00Z");
  const at = (iso) => ago(iso, now);
  assert.deepEqual(["2026-08-20T11:59:40Z", "2026-08-20T11:48:00Z", "2026-08-20T09:00:00Z", "2026-08-19T10:00:00Z", "2026-08-10T10:00:00Z", "2026-05-02T10:00:00Z", "", null].map(at), ["just now", "12\u00a0min ago", "3\u00a0h ago", "yesterday", "10 days ago", "05/02/2026", "", ""]);
});

const falling = Array.from({ length: 40 }, (_, n) => ({ step: n + 1, loss: 1 - n * 0.02 }));
const flat = Array.from({ length: 40 }, (_, n) => ({ step: n + 1, loss: 0.11 + 0.001 * (n % 2) }));

test("what the end of a curve means", () => {
  assert.equal(lossMeaning(falling), "falling");
  assert.equal(lossMeaning(flat), "settling");
  assert.equal(lossMeaning(flat.slice(0, 5)), "");
});

test("the curve stays in its box, also when it is flat or a single point", () => {
  for (const points of [falling, flat, flat.slice(0, 1)]) {
    for (const pair of polyline(points, 100).split(" ")) {
      const [x, y] = pair.split(",").map(Number);
      assert.ok(x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT, pair);
    }
  }
});

test("a step counts in the width of the whole training", () => {
  const [first] = polyline([{ step: 50, loss: 1 }, { step: 100, loss: 0 }], 100).split(" ");
  assert.equal(first, `${(WIDTH / 2).toFixed(1)},4.0`);
});

test("20,000 points are drawn as a few hundred, with the newest", () => {
  const many = Array.from({ length: 20_000 }, (_, n) => ({ step: n + 1, loss: 1 }));
  const few = thinned(many);
  assert.ok(few.length < 300);
  assert.equal(few.at(-1).step, 20_000);
});

test("the mean stays in the range of the losses", () => {
  const { low, high } = rangeOf(falling);
  assert.ok(smoothed(falling).every((point) => point.loss >= low && point.loss <= high));
});

test("a shape keeps about the number of pixels, in multiples of 64", () => {
  assert.deepEqual(sized(512, 512, 1), [512, 512]);
  assert.deepEqual(sized(512, 768, 2 / 3), [512, 768]);
  for (const ratio of [1, 2 / 3, 3 / 2]) {
    const [width, height] = sized(1024, 1024, ratio);
    assert.ok(width % 64 === 0 && height % 64 === 0);
    assert.ok(Math.abs((width * height) / 1024 ** 2 - 1) < 0.1);
  }
});
