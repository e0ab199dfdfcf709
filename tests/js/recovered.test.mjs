/** What was rebuilt is said in words until it was read; then it is gone here and on the server. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { recoveredBanner, recoveriesOf } from "../../js/components/panel/recovery_notice.js";
import { Store } from "../../js/data/store.js";
import { Api, ApiError } from "../../js/data/api.js";
import { installDocument } from "./fake_dom.mjs";

globalThis.document = installDocument();
const REBUILT = { code: "jobs_rebuilt", at: "2026-11-24T19:30:12.345Z", count: 1204, file: "jobs.db.corrupt-1" };
const REFILLED = { code: "jobs_refilled", at: "2026-11-24T19:31:00.000Z", count: 3, file: "" };

function made(remove) {
  const store = new Store(Object.assign(new Api({ fetch, url: (path) => path }), { delete: remove }), { memory: null, later: () => {} });
  store.set({ health: { version: "1", recoveries: [REBUILT, REFILLED] } });
  return store;
}

test("it says what happened, how many came back and where the damaged file lies", () => {
  const [first, second] = recoveriesOf(made().state).map((one) => recoveredBanner(made(), one).textContent);
  assert.match(first, /^The database of trainings was damaged \(11\/2\d\/2026, \d\d:\d\d\).* 1,204\u00a0entries restored.*kept in the data folder as jobs\.db\.corrupt-1\.$/);
  assert.match(second, /^Redis had no trainings .* 3\u00a0entries restored; nothing for you to do\.$/);
  const one = { ...REBUILT, count: 1, file: "record.corrupt-pho_1.json" };
  const single = (code) => recoveredBanner(made(), { ...one, code }).textContent;
  assert.match(single("records_rebuilt"), /^Part of a database was damaged .*Restored .*: 1\u00a0entry; .*record\.corrupt-pho_1\.json\.$/);
  assert.match(single("records_left_out"), /Not restored, and not shown: 1\u00a0entry\..*record\.corrupt-pho_1\.json\.$/);
  assert.deepEqual(recoveriesOf({ health: null }), []);
  assert.deepEqual(recoveriesOf({ health: { recoveries: [{ code: "of a newer server" }, { code: "constructor" }] } }), []);
  assert.match(recoveredBanner(made(), { ...REFILLED, at: "soon" }).textContent, /^Redis had no trainings \(\)/);
});

test("dismissed, it is told to nobody any more; a refusal leaves it", async () => {
  const asked = [];
  const store = made(async (path) => {
    asked.push(path);
    return null;
  });
  await recoveredBanner(store, REBUILT).children.at(-1).fire("click");
  assert.deepEqual(asked, ["/recoveries/jobs_rebuilt"]);
  assert.deepEqual(recoveriesOf(store.state), [REFILLED]);
  const away = made(async () => {
    throw new ApiError(0, { code: "offline", message: "away", hint: "", correlation_id: "" });
  });
  await recoveredBanner(away, REBUILT).children.at(-1).fire("click");
  assert.equal(recoveriesOf(away.state).length, 2);
  assert.equal(away.state.problem.message, "away");
});
