import assert from "node:assert/strict";
import { test } from "node:test";

import { Events } from "../../js/data/events.js";
import { Notices } from "../../js/data/notices.js";

const job = (state, more = {}) => ({ id: "job_1", kind: "training", state, character_id: "chr_1", error: null, ...more });
const ended = (state, more) => ({ type: "job.state", data: { job: job(state, more) } });
const KNOWN = { jobs: [job("running")], characters: [{ id: "chr_1", name: "<b>Anna" }] };

function house({ answer = "granted", hidden = true, kept = null } = {}) {
  const shown = [];
  class Message {
    static permission = "default";
    static async requestPermission() {
      return (Message.permission = answer);
    }
    constructor(title, { body, tag }) {
      shown.push({ title, body, tag });
    }
  }
  const values = { "isengard.notify": kept };
  const memory = { getItem: (key) => values[key], setItem: (key, value) => (values[key] = value) };
  const page = { hidden };
  return { shown, page, Message, notices: new Notices({ memory, Message, page }) };
}

test("nothing is asked and nothing is shown until a person wants it", () => {
  const { notices, shown, Message } = house();
  notices.take(ended("completed"), KNOWN);
  assert.deepEqual([notices.wanted, shown, Message.permission], [false, [], "default"]);
});

test("a training that ends while the page is hidden is told once", async () => {
  const { notices, shown, page } = house();
  assert.equal(await notices.want(true), true);
  notices.take(ended("completed"), KNOWN);
  notices.take(ended("completed"), { ...KNOWN, jobs: [job("completed")] });
  notices.take(ended("running"), KNOWN);
  notices.take(ended("cancelled"), KNOWN);
  notices.take(ended("completed", { kind: "backend_setup" }), KNOWN);
  page.hidden = false;
  notices.take(ended("failed"), KNOWN);
  assert.deepEqual(shown, [{ title: "<b>Anna is trained", body: "Isengard", tag: "job_1" }]);
});

test("while the page is looked at and the panel is closed, ComfyUI's own note tells it", () => {
  const { notices, shown } = house({ hidden: false, kept: "1" });
  const toasts = [];
  Object.assign(notices, { toast: (toast) => toasts.push(toast), seen: () => false });
  notices.take(ended("completed"), KNOWN);
  notices.take(ended("failed", { error: { message: "The GPU ran out of memory." } }), KNOWN);
  notices.take(ended("completed"), { ...KNOWN, jobs: [job("completed")] });
  notices.take(ended("completed"), { ...KNOWN, jobs: null }); // told while the page loads: it may be long over
  notices.seen = () => true;
  notices.take(ended("completed"), KNOWN);
  assert.deepEqual(toasts, [
    { severity: "success", title: "<b>Anna is trained", text: "Isengard" },
    { severity: "error", title: "The training of <b>Anna stopped", text: "The GPU ran out of memory." },
  ]);
  assert.deepEqual(shown, []);
});

test("a failure says why, and a person who is gone has no name", async () => {
  const { notices, shown } = house();
  await notices.want(true);
  notices.take(ended("failed", { error: { message: "The GPU ran out of memory." } }), { jobs: null, characters: null });
  assert.deepEqual(shown, [{ title: "The training of Deleted person stopped", body: "The GPU ran out of memory.", tag: "job_1" }]);
});

test("a refusal of the browser is what came of it, also when it comes later", async () => {
  const { notices } = house({ answer: "denied" });
  assert.equal(await notices.want(true), false);
  assert.equal(notices.wanted, false);
  assert.equal(house({ kept: "1" }).notices.wanted, false);
  assert.equal(new Notices({ memory: null, Message: null, page: null }).possible, false);
});

test("the stream stays while a training is waited for in a hidden page", () => {
  const opened = [];
  class Source {
    constructor() {
      opened.push(this);
    }
    addEventListener() {}
    close() {
      this.closed = true;
    }
  }
  let awaited = true;
  let turned = () => {};
  const page = { hidden: false, addEventListener: (_, listener) => (turned = listener) };
  new Events(() => "/events", { events() {}, fresh() {}, state() {}, awaited: () => awaited }, { Source, page }).start();
  page.hidden = true;
  turned();
  assert.equal(opened[0].closed, undefined);
  awaited = false;
  turned();
  assert.equal(opened[0].closed, true);
});

test("a phone that allows messages and cannot show one loses nothing else", async () => {
  const { notices, Message } = house();
  await notices.want(true);
  class Phone extends Message {
    constructor() {
      super("", { body: "", tag: "" });
      throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.");
    }
  }
  notices.Message = Phone;
  Phone.permission = "granted";
  assert.doesNotThrow(() => notices.take(ended("completed"), KNOWN));
});
