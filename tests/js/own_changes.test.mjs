/** What is told of a change of ours that a later one has overtaken changes nothing. */

import assert from "node:assert/strict";
import test from "node:test";

const { OwnChanges } = await import("../../js/data/looking/own_changes.js");

const told = (action, ...ids) => ({ type: "generations.changed", correlation_id: action, data: { generations: ids.map((id) => ({ id })) } });
const ids = ({ data }) => data.generations.map(({ id }) => id);

test("a deletion that is told after it was taken back changes nothing", () => {
  const changes = new OwnChanges();
  changes.ask("delete");
  changes.keep("delete", [{ id: "gen_1" }, { id: "gen_2" }]);
  assert.deepEqual(ids(changes.told(told("delete", "gen_1", "gen_2"))), ["gen_1", "gen_2"]);
  changes.ask("restore");
  assert.deepEqual(ids(changes.told(told("delete", "gen_1"))), ["gen_1"], "not answered yet");
  changes.keep("restore", [{ id: "gen_1" }]);
  assert.deepEqual(ids(changes.told(told("delete", "gen_1", "gen_2"))), ["gen_2"]);
  assert.deepEqual(ids(changes.told(told("restore", "gen_1"))), ["gen_1"]);
  assert.deepEqual(ids(changes.told(told("of another page", "gen_1"))), ["gen_1"]);
});

test("what is asked for is not remembered for ever", () => {
  const changes = new OwnChanges();
  for (let n = 0; n < 1000; n += 1) changes.ask(`action ${n}`);
  assert.equal(changes.asked.size, 200);
});
