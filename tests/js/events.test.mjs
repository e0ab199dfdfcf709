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
  const told = { events: [], times: [], fresh: 0, states: [] };
  const page = fakePage();
  const events = new Events((since, once) => `/events?since=${since}${once ? "&once" : ""}`, { events: (events) => (told.events.push(...events), told.times.push(events.length)), fresh: () => (told.fresh += 1), state: (connected) => told.states.push(connected) }, { Source: FakeSource, page });
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

test("what comes in one moment is given together, in its order, and never after what makes everything new", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { told, source, page } = start();
  const say = (n) => source().onmessage({ lastEventId: `e-${n}`, data: JSON.stringify({ n }) });
  for (let n = 0; n < 500; n += 1) say(n);
  assert.deepEqual(told.times, [1], "the first is not kept waiting");
  mock.timers.tick(50);
  assert.deepEqual([told.times, told.events.map(({ n }) => n)], [[1, 499], [...Array(500).keys()]]);
  mock.timers.tick(50);
  say(500);
  assert.deepEqual(told.times, [1, 499, 1], "after a quiet moment it is at once again");
  say(501);
  source().listeners.reset({ lastEventId: "f-1" });
  assert.deepEqual([told.times, told.fresh], [[1, 499, 1, 1], 1]);
  say(502);
  page.turn(true);
  assert.equal(told.events.at(-1).n, 502, "a page that goes out of sight leaves nothing behind");
  mock.timers.reset();
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

test("a stream that somebody in between keeps back is asked again and again, and ends each time", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { told, source } = start();
    source().onopen();
    mock.timers.tick(5000);
    assert.equal(FakeSource.open[0].closed, true);
    assert.equal(source().url, "/events?since=&once");
    source().onopen();
    source().listeners.hello({ lastEventId: "e-3" });
    source().onerror();
    mock.timers.tick(2000);
    assert.equal(source().url, "/events?since=e-3&once");
    source().onopen();
    source().onmessage({ lastEventId: "e-4", data: '{"type":"job.state"}' });
    source().onerror();
    mock.timers.tick(2000);
    assert.deepEqual([FakeSource.open.length, told.fresh, told.events.length], [4, 1, 1]);
    assert.deepEqual(told.states, [true, true, true], "an answer that ends is no lost connection");
    source().onerror();
    assert.equal(told.states.at(-1), false, "nobody answered");
    assert.equal(FakeSource.open.filter(({ closed }) => !closed).length, 0);
  } finally {
    mock.timers.reset();
  }
});

test("a stream that has said something stays open, however long it says no more", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { source, page } = start();
    source().onopen();
    source().listeners.hello({ lastEventId: "e-3" });
    mock.timers.tick(60_000);
    page.turn(true);
    page.turn(false);
    source().listeners.here({ lastEventId: "e-3" });
    mock.timers.tick(60_000);
    assert.deepEqual(FakeSource.open.map(({ url, closed }) => [url, closed]), [["/events?since=", true], ["/events?since=e-3", false]]);
  } finally {
    mock.timers.reset();
  }
});

test("where streams were kept back one is tried now and then, and stays where nobody keeps it back any more", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { told, source } = start();
    const streams = () => FakeSource.open.filter(({ url }) => !url.endsWith("&once"));
    /** Seconds until a stream was tried. */
    const asked = () => {
      let seconds = 0;
      for (; seconds < 1000 && source().url.endsWith("&once"); seconds += 2) {
        source().onopen();
        source().onerror();
        mock.timers.tick(2000);
      }
      return seconds;
    };
    mock.timers.tick(5000);
    source().onopen();
    source().listeners.hello({ lastEventId: "e-3" });
    assert.equal(asked(), 300, "not all the time: while a stream is tried nothing is heard");
    assert.deepEqual(streams().map(({ url, closed }) => [url, closed]), [["/events?since=", true], ["/events?since=e-3", false]]);
    mock.timers.tick(5000);
    assert.equal(source().url, "/events?since=e-3&once", "still kept back");
    assert.equal(asked(), 300);
    source().onopen();
    source().listeners.here({ lastEventId: "e-3" });
    mock.timers.tick(600_000);
    assert.deepEqual([source(), source().closed], [streams()[2], false], "it flows");
    assert.ok(!told.states.includes(false));
  } finally {
    mock.timers.reset();
  }
});

test("a stream that comes again on another network, where it is kept back, is asked again and again", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { source } = start();
    source().onopen();
    source().listeners.hello({ lastEventId: "e-3" });
    source().onerror();
    mock.timers.tick(1000);
    source().onopen();
    mock.timers.tick(5000);
    assert.equal(source().url, "/events?since=e-3&once");
  } finally {
    mock.timers.reset();
  }
});
