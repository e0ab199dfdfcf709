import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, ApiError } from "../../js/data/api.js";
import { loadSamplers } from "../../js/data/comparisons.js";
import { Store } from "../../js/data/store.js";

function answering(status, body, sent = []) {
  const fetch = async (path, init) => {
    sent.push({ path, ...init });
    return { ok: status < 300, status, json: async () => (typeof body === "function" ? body() : body) };
  };
  return new Api({ fetch, url: (path) => `/api${path}` });
}

test("an unsafe request carries our header, a correlation id and JSON", async () => {
  const sent = [];
  await answering(200, {}, sent).post("/characters", { name: "Anna" }, "ui-1");
  const [{ path, method, headers, body }] = sent;
  assert.equal(path, "/isengard/characters");
  assert.equal(method, "POST");
  assert.deepEqual(headers, { "X-Isengard": "1", "X-Correlation-ID": "ui-1", "Content-Type": "application/json" });
  assert.equal(body, '{"name":"Anna"}');
});

test("DELETE has no body and PATCH makes its own id", async () => {
  const sent = [];
  const api = answering(200, {}, sent);
  await api.delete("/x");
  await api.patch("/x", { a: 1 });
  assert.equal(sent[0].body, undefined);
  assert.equal(sent[0].headers["Content-Type"], undefined);
  assert.match(sent[1].headers["X-Correlation-ID"], /^ui-/);
  assert.notEqual(sent[0].headers["X-Correlation-ID"], sent[1].headers["X-Correlation-ID"]);
});

test("an error answer comes in the server's words", async () => {
  const error = { code: "photo_duplicate", message: "It is the same picture as photo 7.", hint: "Leave it.", correlation_id: "ui-1" };
  await assert.rejects(answering(409, { error }).post("/x"), (thrown) => {
    assert.ok(thrown instanceof ApiError);
    assert.deepEqual([thrown.status, thrown.code, thrown.message, thrown.hint, thrown.correlationId], [409, "photo_duplicate", error.message, "Leave it.", "ui-1"]);
    return true;
  });
});

test("no answer, and an answer that is not ours, are told apart from a refusal", async () => {
  const away = new Api({ fetch: () => Promise.reject(new TypeError("away")), url: (path) => path });
  await assert.rejects(away.get("/health"), { status: 0, code: "offline", hint: "Trying again automatically." });
  await assert.rejects(away.post("/generations"), { status: 0, code: "offline", hint: "Try again when it's back." });
  const broken = () => {
    throw new SyntaxError("html");
  };
  await assert.rejects(answering(502, broken).get("/health"), { status: 502, code: "offline" });
});

test("what somebody in between answers is told as what it is", async () => {
  const html = () => {
    throw new SyntaxError("html");
  };
  const said = async (status, body = html) => answering(status, body).post("/x").then(String, (thrown) => `${thrown.code} ${thrown.message}`);
  assert.match(await said(413), /^not_ours .*let files this large through/);
  assert.match(await said(401), /^not_ours .*sign in/);
  assert.match(await said(200), /^not_ours .*sign in/);
  assert.match(await said(403), /^not_ours .*refused this \(403\)/);
  assert.match(await said(429), /^not_ours .*limiting requests/);
  assert.match(await said(418, { error: "teapot" }), /^not_ours .*instead of Isengard \(418\)/);
  for (const status of [502, 503, 504]) assert.match(await said(status), /^offline /);
  const elsewhere = new Api({ fetch: async (_, { redirect }) => ({ type: redirect === "manual" ? "opaqueredirect" : "basic", status: 0, ok: false, json: async () => html() }), url: (path) => path });
  await assert.rejects(elsewhere.get("/x"), { code: "not_ours", message: /sign in/ });
});

test("an upload of which nothing came back says why", async () => {
  const file = new File(["x"], "a.jpg");
  const html = () => Promise.reject(new SyntaxError("html"));
  const broken = async (fetch, sent = file) => {
    const done = new Api({ fetch, url: (path) => path }).photos.upload("chr_1", sent, { id: "ui-1", progress: () => {}, Request: FakeRequest });
    FakeRequest.made.at(-1).onerror();
    return done.then(String, (thrown) => thrown.code);
  };
  assert.equal(await broken(() => Promise.reject(new TypeError("away"))), "offline");
  assert.equal(await broken(async () => ({ type: "opaqueredirect", status: 0, json: html })), "not_ours");
  assert.equal(await broken(async () => ({ status: 415, json: async () => ({ error: { code: "content_type", message: "x" } }) })), "broken_off");
  const gone = Object.assign(new File(["x"], "b.jpg"), { slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) });
  assert.equal(await broken(() => assert.fail("nobody is asked"), gone), "file_unreadable");
});

test("204 is an answer", async () => {
  assert.equal(await answering(204, null).post("/session", { token: "x" }), null);
});

test("what a person does and what is refused is written to the frontend log", async () => {
  const lines = [];
  const api = answering(409, { error: { code: "x", message: "No.", hint: "", correlation_id: "ui-7" } });
  api.log = { line: (...line) => lines.push(line) };
  await assert.rejects(api.post("/training/jobs?x=1", {}, "ui-7"));
  await assert.rejects(api.get("/health"));
  assert.deepEqual(lines[0], ["INFO", "POST /training/jobs", "ui-7"]);
  assert.deepEqual(lines[1], ["WARNING", "No.", "ui-7", { code: "x" }]);
});

class FakeRequest {
  static made = [];
  constructor() {
    this.headers = {};
    this.upload = {};
    FakeRequest.made.push(this);
  }
  open(method, url) {
    Object.assign(this, { method, url });
  }
  setRequestHeader(name, value) {
    this.headers[name] = value;
  }
  send(form) {
    this.form = form;
  }
  answer(status, body) {
    Object.assign(this, { status, responseText: typeof body === "string" ? body : JSON.stringify(body) });
    this.onload();
  }
}

test("a photo goes up as a form with progress, and its refusal comes in words", async () => {
  const seen = [];
  const api = answering(200, {});
  const up = () => api.photos.upload("chr_1", new File(["x"], "a.jpg"), { id: "ui-1", progress: (share) => seen.push(share), Request: FakeRequest });
  const fine = up();
  const request = FakeRequest.made.at(-1);
  request.upload.onprogress({ lengthComputable: true, loaded: 1, total: 4 });
  assert.equal(request.url, "/api/isengard/characters/chr_1/photos");
  assert.deepEqual(request.headers, { "X-Isengard": "1", "X-Correlation-ID": "ui-1" });
  assert.equal(request.form.get("photo").name, "a.jpg");
  request.answer(200, { items: [{ file: "a.jpg", photo: { id: "pho_1" }, error: null }] });
  assert.equal((await fine).photo.id, "pho_1");
  assert.deepEqual(seen, [0.25]);
  const refused = up();
  FakeRequest.made.at(-1).answer(415, { error: { code: "photo_type", message: "No.", hint: "" } });
  await assert.rejects(refused, { status: 415, code: "photo_type" });
  const proxy = up();
  FakeRequest.made.at(-1).answer(413, "<html>");
  await assert.rejects(proxy, { status: 413, code: "not_ours" });
});

test("a refusal by ComfyUI itself is no answer: what it lists is asked for again", async () => {
  const refused = answering(401, { error: { code: "session_needed", message: "Isengard needs its link once.", hint: "Use it." } });
  await assert.rejects(refused.comfy("/object_info/KSampler"), (thrown) => thrown instanceof ApiError && thrown.code === "session_needed");
  await assert.rejects(answering(404, "404: Not Found").comfy("/embeddings"), ApiError);
  const store = new Store(refused, { memory: null, later: () => {} });
  await loadSamplers(store);
  assert.equal(store.state.samplers ?? null, null);
  store.api = answering(200, { KSampler: { input: { required: { sampler_name: [["euler"]], scheduler: [["simple"]] } } } });
  await loadSamplers(store);
  assert.deepEqual(store.state.samplers, { sampler_name: ["euler"], scheduler: ["simple"] });
});
