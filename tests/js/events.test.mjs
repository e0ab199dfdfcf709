import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Events } from "../../js/data/events.js";

class FakeSource {
  static open = [];
  constructor(url) {
    this.url = url;
    this.listeners = {};
    this.closed = false;
    FakeSource.open.push(this);
  }
  addEventListener(kind, listener) {
    this.listeners[kind] = listener;
  }
  close() {
    this.closed = true;
  }
}

function fakePage() {
  const listeners = {};
  return { hidden: false, addEventListener: (kind, listener) => (listeners[kind] = listener), turn(hidden) { this.hidden = hidden; listeners.visibilitychange(); } };
}

function start() {
  FakeSource.open = [];
  const told = { events: [], fresh: 0, states: [] };
  const page = fakePage();
  const events = new Events((since) => `/events?since=${since}`, { event: (event) => told.events.push(event), fresh: () => (told.fresh += 1), state: (connected) => told.states.push(connected) }, { Source: FakeSource, page });
  events.start();
  return { told, page, events, source: () => FakeSource.open.at(-1) };
}

test("events come through and their id is where the next connection goes on", () => {
  const { told, page, source } = start();
  source().onmessage({ lastEventId: "e-7", data: '{"type":"job.state"}' });
  assert.deepEqual(told.events, [{ type: "job.state" }]);
  page.turn(true);
  assert.equal(source().closed, true);
  page.turn(false);
  assert.equal(FakeSource.open.length, 2);
  assert.equal(source().url, "/events?since=e-7");
});

test("one connection only, and none while the page is hidden", () => {
  const { page, events } = start();
  events.open();
  assert.equal(FakeSource.open.length, 1);
  page.turn(true);
  page.turn(true);
  assert.equal(FakeSource.open.filter((source) => !source.closed).length, 0);
});

test("hello and reset mean: fetch everything anew", () => {
  const { told, source, page } = start();
  source().listeners.hello({ lastEventId: "e-3" });
  source().listeners.reset({ lastEventId: "f-1" });
  assert.equal(told.fresh, 2);
  page.turn(true);
  page.turn(false);
  assert.equal(source().url, "/events?since=f-1");
});

test("a lost connection is tried again, slower each time, at once fast again when it works", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { told, source } = start();
    source().onerror();
    mock.timers.tick(999);
    assert.equal(FakeSource.open.length, 1);
    mock.timers.tick(1);
    assert.equal(FakeSource.open.length, 2);
    source().onerror();
    mock.timers.tick(1999);
    assert.equal(FakeSource.open.length, 2);
    mock.timers.tick(1);
    source().onopen();
    source().onerror();
    mock.timers.tick(1000);
    assert.equal(FakeSource.open.length, 4);
    assert.deepEqual(told.states, [false, false, true, false]);
  } finally {
    mock.timers.reset();
  }
});
