import assert from "node:assert/strict";
import { test } from "node:test";

import { Selection, boxBetween, stepOf, touches } from "../../js/lib/selection.js";

const ORDER = [..."abcdef"];

test("chosen one by one, by ranges from the last, all, and none", () => {
  const chosen = new Selection();
  const now = () => [...chosen.ids].sort().join("");
  chosen.toggle("b");
  chosen.extend("d", ORDER);
  assert.equal(now(), "bcd");
  chosen.toggle("f");
  chosen.extend("e", ORDER);
  assert.equal(now(), "bcdef");
  chosen.toggle("c");
  assert.equal(now(), "bdef");
  chosen.set(ORDER);
  assert.equal(chosen.size, 6);
  chosen.clear();
  chosen.extend("c", ORDER);
  assert.equal(now(), "c", "a range that begins nowhere is this one");
  chosen.extend("a", ORDER);
  assert.equal(now(), "abc");
});

test("what is gone is not chosen any more, and no range begins there", () => {
  const chosen = new Selection();
  chosen.set(["a", "b"]);
  chosen.toggle("c");
  chosen.keep(["b", "d", "e"]);
  assert.deepEqual([...chosen.ids], ["b"]);
  chosen.extend("e", ["b", "d", "e"]);
  assert.deepEqual([...chosen.ids], ["b", "e"]);
});

test("a range of the keyboard begins where it stood", () => {
  const chosen = new Selection();
  chosen.begin("b");
  chosen.extend("c", ORDER);
  chosen.extend("d", ORDER);
  assert.deepEqual([...chosen.ids], ["b", "c", "d"]);
});

test("a box may be dragged from any corner, and touches what it only grazes", () => {
  const box = boxBetween({ x: 90, y: 10 }, { x: 20, y: 80 });
  assert.deepEqual(box, { left: 20, top: 10, right: 90, bottom: 80 });
  const tile = (left, top) => ({ left, top, right: left + 64, bottom: top + 64 });
  assert.deepEqual([tile(0, 0), tile(70, 70), tile(90, 0), tile(0, 80)].map((place) => touches(box, place)), [true, true, false, false]);
});

for (const [key, at, next] of [["ArrowRight", 2, 3], ["ArrowLeft", 0, 0], ["ArrowDown", 1, 5], ["ArrowUp", 5, 1], ["ArrowDown", 8, 8], ["ArrowUp", 2, 2], ["Home", 7, 0], ["End", 3, 9], ["ArrowRight", 9, 9], ["x", 3, null]]) {
  test(`${key} from ${at} of ten in rows of four leads to ${next}`, () => assert.equal(stepOf(key, at, 10, 4), next));
}
