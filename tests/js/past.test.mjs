/** Steps back and forth in a text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Past, endOfChange } from "../../js/lib/past.js";

test("what is typed without a pause is one step, everything else its own", () => {
  const past = new Past("");
  for (const [number, text] of ["a", "ab", "abc"].entries()) past.note(text, "insertText", 5000 + number);
  past.note("abcd", "insertText", 9000);
  past.note("", "deleteContentBackward", 9001);
  past.part();
  past.note("abcd!", "insertText", 9002);
  assert.deepEqual([past.step(-1), past.step(-1), past.step(-1), past.step(-1), past.step(-1)], ["", "abcd", "abc", "", null]);
  assert.deepEqual([past.step(1), past.step(1)], ["abc", "abcd"]);
  past.note("other", "insertText", 9003);
  assert.deepEqual([past.step(1), past.text, past.step(-1)], [null, "other", "abcd"]);
});

test("a hundred steps are kept", () => {
  const past = new Past("0");
  for (let number = 1; number <= 150; number += 1) past.note(String(number));
  let steps = 0;
  while (past.step(-1) !== null) steps += 1;
  assert.deepEqual([steps, past.text], [99, "51"]);
});

test("the caret goes behind what has changed", () => {
  assert.equal(endOfChange("", "abc"), 3);
  assert.equal(endOfChange("abc", ""), 0);
  assert.equal(endOfChange("a cat here", "a small cat here"), 8);
  assert.equal(endOfChange("aaa", "aa"), 2);
});
