/** Where a crop lies: never outside of the picture, in its shape, and back where it was after turning. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LEAST, SHAPES, moved, resized, shaped, turned, turnedSize, unturned } from "../../js/lib/crop_box.js";

const SIZE = [1000, 800];

test("a crop is moved as far as the picture goes", () => {
  assert.deepEqual(moved([100, 100, 400, 500], 50, -20, SIZE), [150, 80, 450, 480]);
  assert.deepEqual(moved([100, 100, 400, 500], 9000, -9000, SIZE), [700, 0, 1000, 400]);
});

test("an edge or a corner goes where it is dragged, the opposite one stays", () => {
  assert.deepEqual(resized([100, 100, 400, 500], "e", [50, 99], SIZE, 0), [100, 100, 450, 500]);
  assert.deepEqual(resized([100, 100, 400, 500], "nw", [-50, -20], SIZE, 0), [50, 80, 400, 500]);
  assert.deepEqual(resized([100, 100, 400, 500], "se", [9000, 9000], SIZE, 0), [100, 100, 1000, 800]);
  assert.deepEqual(resized([100, 100, 400, 500], "w", [9000, 0], SIZE, 0), [400 - LEAST, 100, 400, 500]);
});

test("in a shape the other side follows, as far as the picture goes", () => {
  assert.deepEqual(resized([100, 100, 400, 400], "e", [100, 0], SIZE, 1), [100, 100, 500, 500]);
  assert.deepEqual(resized([100, 100, 400, 400], "s", [0, 90], SIZE, 1), [100, 100, 490, 490]);
  assert.deepEqual(resized([100, 100, 400, 400], "nw", [-900, 0], SIZE, 1), [0, 0, 400, 400]);
  assert.deepEqual(resized([100, 100, 400, 400], "se", [9000, 0], SIZE, 4 / 3), [100, 100, 1000, 775]);
});

test("a shape is put round the middle of what was marked", () => {
  assert.deepEqual(shaped([100, 100, 700, 500], SHAPES.square, SIZE), [200, 100, 600, 500]);
  assert.deepEqual(shaped([100, 100, 700, 500], SHAPES.portrait, SIZE), [250, 100, 550, 500]);
  assert.deepEqual(shaped([100, 100, 700, 500], SHAPES.free, SIZE), [100, 100, 700, 500]);
});

test("turning keeps the very same part of the picture", () => {
  const box = [100, 50, 400, 250];
  assert.deepEqual(turned(box, 90, SIZE), [550, 100, 750, 400]);
  assert.deepEqual(turned(box, 180, SIZE), [600, 550, 900, 750]);
  assert.deepEqual(turned(box, 270, SIZE), [50, 600, 250, 900]);
  for (const turn of [0, 90, 180, 270]) {
    assert.deepEqual(unturned(turned(box, turn, SIZE), turn, SIZE), box);
    assert.deepEqual(turnedSize(turnedSize(SIZE, turn), turn), SIZE);
  }
});

test("whatever is dragged stays within the picture and above the least size", () => {
  let seed = 7;
  const chance = (limit) => (seed = (seed * 16807) % 2147483647) % limit;
  for (let round = 0; round < 2000; round += 1) {
    const left = chance(900);
    const top = chance(700);
    const box = [left, top, left + LEAST + chance(1000 - left - LEAST + 1), top + LEAST + chance(800 - top - LEAST + 1)];
    const shape = Object.values(SHAPES)[chance(4)];
    const edge = ["n", "ne", "e", "se", "s", "sw", "w", "nw"][chance(8)];
    const [l, tp, r, b] = resized(shaped(box, shape, SIZE), edge, [chance(3000) - 1500, chance(3000) - 1500], SIZE, shape);
    assert.ok(l >= 0 && tp >= 0 && r <= 1000 && b <= 800, `${box} ${edge} ${shape}: ${[l, tp, r, b]}`);
    assert.ok(r - l > 0 && b - tp > 0);
    if (shape) assert.ok(Math.abs(r - l - shape * (b - tp)) <= 2, `${[l, tp, r, b]} is not ${shape}`);
  }
});
