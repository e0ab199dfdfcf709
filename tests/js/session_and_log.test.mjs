import assert from "node:assert/strict";
import { test } from "node:test";

import { PanelLog } from "../../js/data/log.js";
import { exchange, exchangeLink } from "../../js/data/session.js";

function opened(href) {
  const posted = [];
  const past = { state: { kept: 1 }, replaceState: (state, _, address) => Object.assign(past, { state, address }) };
  return { posted, past, run: () => exchangeLink({ system: { openSession: async (token) => void posted.push(token) } }, { page: { href }, past }) };
}

for (const [name, href, address] of [
  ["query", "http://gpu:8188/?a=1&isengard_token=s3cret", "/?a=1"],
  ["fragment", "http://gpu:8188/#isengard_token=s3cret&x=2", "/#x=2"],
]) {
  test(`the token of the link's ${name} is exchanged and leaves the address`, async () => {
    const { posted, past, run } = opened(href);
    assert.equal(await run(), true);
    assert.deepEqual(posted, ["s3cret"]);
    assert.equal(past.address, address);
    assert.deepEqual(past.state, { kept: 1 });
  });
}

test("without a token nothing is asked and the address stays", async () => {
  const { posted, past, run } = opened("http://gpu:8188/?a=1#top");
  assert.equal(await run(), false);
  assert.deepEqual(posted, []);
  assert.equal(past.address, undefined);
});

test("what was asked before the link was taken is asked anew, after a wrong one nothing is", async () => {
  let anew = 0;
  const opened = () => (anew += 1);
  assert.equal(await exchange({ system: { openSession: async () => null }, opened }, "s3cret"), true);
  assert.equal(await exchange({ system: { openSession: () => Promise.reject(new Error("no")) }, opened }, "x"), false);
  assert.equal(anew, 1);
});

test("a wrong token is told, not thrown", async () => {
  assert.equal(await exchange({ system: { openSession: () => Promise.reject(new Error("no")) } }, "x"), false);
});

test("log lines go in batches and stay when they cannot be sent", async () => {
  const sent = [];
  let away = true;
  const works = [];
  const log = new PanelLog(async (lines) => {
    if (away) throw new Error("away");
    sent.push(lines);
  }, { later: (work) => works.push(work) });
  log.line("INFO", "one", "ui-1");
  log.line("INFO", "two", "ui-1", { n: 2 });
  assert.equal(works.length, 1);
  await works[0]();
  away = false;
  log.line("INFO", "three", "ui-2");
  await works[1]();
  assert.deepEqual(sent[0].map((line) => line.message), ["one", "two", "three"]);
  assert.deepEqual(sent[0][1], { level: "INFO", message: "two", correlation_id: "ui-1", context: { n: 2 } });
});

test("lines do not pile up without end", async () => {
  const log = new PanelLog(() => Promise.reject(new Error("away")), { later: () => {} });
  for (let n = 0; n < 500; n += 1) log.line("INFO", String(n), "ui-1");
  assert.equal(log.lines.length, 100);
  assert.equal(log.lines.at(-1).message, "499");
});
