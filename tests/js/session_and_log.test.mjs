import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../js/data/api.js";
import { PanelLog } from "../../js/data/log.js";
import { exchange, exchangeLink, tokenIn } from "../../js/data/session.js";

const LINK = "http://gpu:8188/#isengard_token=s3cret";
const refusal = (code, status) => new ApiError(status, { code, message: `${code}.`, hint: "Do this.", correlation_id: "" });

/** A page that was opened by a link; `answers` are what the server says first, then it takes the token. */
function opened(href, ...answers) {
  const posted = [];
  const page = { href };
  const past = { state: { kept: 1 }, replaceState: (state, _, address) => (Object.assign(past, { state, address }), (page.href = new URL(address, href).href)) };
  const openSession = async (token) => {
    posted.push(token);
    if (answers.length) throw answers.shift();
  };
  const waited = [];
  const later = (work) => (waited.push(past.address), work());
  return { posted, page, past, waited, run: (more = {}) => exchangeLink({ system: { openSession } }, { page, past, later, ...more }) };
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

test("while the server starts or is away the link stays in the address and is tried again", async () => {
  const { posted, past, waited, run } = opened(LINK, refusal("starting", 503), refusal("offline", 0));
  let follows = 0;
  assert.equal(await run({ waits: () => (follows += 1) }), true);
  assert.deepEqual([posted.length, waited, past.address], [3, [LINK, LINK], "/"]);
  assert.ok(follows, "the panel shows that it waits");
});

test("a refusal is final: the link leaves the address", async () => {
  for (const error of [refusal("token_wrong", 401), refusal("start_failed", 503)]) {
    const { posted, past, run } = opened(LINK, error);
    assert.equal(await run(), false);
    assert.deepEqual([posted.length, past.address], [1, "/"]);
  }
});

test("a newer link in the address is not taken out by an older one that was still waiting", async () => {
  const { page, past, run } = opened(LINK, refusal("starting", 503));
  const newer = `${LINK}2`;
  assert.equal(await run({ waits: () => (page.href = newer) }), false);
  assert.deepEqual([page.href, past.address], [newer, LINK]);
});

test("ComfyUI's page reads its address without the token, and another one that it writes there does not lose the link", async () => {
  const { page, posted, run } = opened(LINK, refusal("starting", 503));
  const read = [];
  assert.equal(await run({ moved: () => read.push(page.href), waits: () => (page.href = "http://gpu:8188/#graph-id") }), true);
  assert.deepEqual([read, posted.length, page.href], [["http://gpu:8188/"], 2, "http://gpu:8188/#graph-id"]);
});

test("what was asked before the link was taken is asked anew, after a wrong one nothing is", async () => {
  let anew = 0;
  const opened = () => (anew += 1);
  assert.equal(await exchange({ system: { openSession: async () => null }, opened }, "s3cret"), true);
  assert.equal(await exchange({ system: { openSession: () => Promise.reject(refusal("token_wrong", 401)) }, opened }, "x"), false);
  assert.equal(anew, 1);
});

test("what keeps the server from answering is no wrong token", async () => {
  for (const error of [refusal("offline", 0), refusal("starting", 503), new TypeError("a fault")]) {
    await assert.rejects(exchange({ system: { openSession: () => Promise.reject(error) } }, "s3cret"), error);
  }
});

test("ComfyUI's page that cannot be refreshed is told in the log and leaves the panel open", async () => {
  const told = [];
  const opened = () => Promise.reject(new Error("no canvas"));
  const api = { system: { openSession: async () => null }, opened, log: { line: (...line) => told.push(line) } };
  assert.equal(await exchange(api, "s3cret"), true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.match(told[0]?.[1] ?? "", /no canvas/);
});

test("a token is found in a whole link", () => {
  for (const text of [LINK, ` ${LINK}&x=1`, "gpu:8188/?isengard_token=s3cret#top"]) assert.equal(tokenIn(text), "s3cret");
  assert.equal(tokenIn("https://gpu/#isengard_token=a%2Bb"), "a+b");
  assert.equal(tokenIn("s3cret"), "");
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
