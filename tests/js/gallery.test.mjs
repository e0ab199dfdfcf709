import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { NO_FILTER, continued, fits, liked, picturesOf, setFilter, told } = await import("../../js/data/gallery.js");
const { trashOf } = await import("../../js/data/looking/trash.js");
const { askEarly, thumbnail } = await import("../../js/components/shared/thumbnail_preload.js");
const { layoutOf, visible } = await import("../../js/components/shared/virtual_wall.js");
const { InProgressCard, makingShare, makingWords } = await import("../../js/components/images/pictures_in_progress.js");
const { Api } = await import("../../js/data/api.js");
const { Store } = await import("../../js/data/store.js");

const made = (n, more = {}) => ({ id: `gen_${String(n).padStart(4, "0")}`, purpose: "user", recipe: "a", favourite: false, images: [{ n: 0, deleted_at: null }], request: { characters: [{ id: "chr_1" }] }, ...more });

test("only what is in sight is drawn, whatever there is", () => {
  const layout = layoutOf(320, 5000, { least: 92 });
  assert.equal(layout.columns, 3);
  assert.ok(Math.abs(layout.columns * layout.size + 2 * 6 - 320) < 1e-9);
  const [first, last] = visible(layout, 5000, { top: 100000, bottom: 100800 });
  assert.ok(last - first < 60 && first % 3 === 0);
  const row = (index) => Math.floor(index / 3) * (layout.size + 6);
  assert.ok(row(first) < 100000 && row(last) > 100800);
  const alone = visible(layout, 5000, { top: 0, bottom: 300, ahead: 0 });
  assert.ok(alone[0] === 0 && alone[1] <= 3 * 4 && alone[1] < visible(layout, 5000, { top: 0, bottom: 300 })[1], "at first only what is in sight");
  assert.deepEqual(visible(layout, 5000, { top: -900, bottom: -10 }), [0, 9]);
  assert.deepEqual(visible(layout, 0, { top: 0, bottom: 900 }), [0, 0]);
  assert.equal(layoutOf(50, 3, { least: 92 }).columns, 1);
  assert.equal(layoutOf(320, 0, { least: 92 }).height, 0);
});

test("events are held against the filter", () => {
  assert.ok(fits(NO_FILTER, made(1)));
  assert.ok(!fits({ ...NO_FILTER, character: "chr_2" }, made(1)));
  assert.ok(!fits({ ...NO_FILTER, recipe: "b" }, made(1)));
  assert.ok(!fits({ ...NO_FILTER, favourite: true }, made(1)));
});

test("one tile for each picture that is there", () => {
  const two = made(1, { images: [{ n: 0, deleted_at: "x" }, { n: 1, deleted_at: null }, { n: 2, deleted_at: null }] });
  assert.deepEqual(picturesOf([two]).map(({ key }) => key), ["gen_0001-1", "gen_0001-2"]);
});

test("each picture is a favourite by itself; before that all of an order were", () => {
  const images = [{ n: 0, deleted_at: null, favourite: true }, { n: 1, deleted_at: null, favourite: false }];
  const [one, before] = [made(1, { favourite: true, images }), made(2, { favourite: true, images: [{ n: 0, deleted_at: null }, { n: 1, deleted_at: null }] })];
  assert.deepEqual([...images.map((image) => liked(one, image)), ...before.images.map((image) => liked(before, image))], [true, false, true, true]);
  assert.deepEqual(picturesOf([one, before], true).map(({ key }) => key), ["gen_0001-0", "gen_0002-0", "gen_0002-1"]);
});

test("a thumbnail asked for early is the one the wall gets, once", () => {
  const api = { generations: { thumbUrl: (generation, image) => `${generation.id}/${image.n}` } };
  let forget;
  askEarly(api, [made(1), made(2)], { later: (work) => (forget = work) });
  const early = thumbnail("gen_0001/0");
  assert.equal(early.getAttribute("src"), "gen_0001/0");
  assert.notEqual(thumbnail("gen_0001/0"), early);
  assert.notEqual(thumbnail("gen_0003/0"), thumbnail("gen_0003/0"));
  forget();
  assert.equal(thumbnail("gen_0002/0").getAttribute("src"), "gen_0002/0");
});

test("a prompt is told with names", () => {
  assert.equal(told("{trigger} and {trigger1} with {trigger2}", ["$&", "Ben"]), "$& and $& with Ben");
  assert.equal(told("{trigger2} {other}", ["Anna"]), "Anna {other}");
});

test("fetched anew, what was scrolled through stays", () => {
  const known = [made(5), made(4), made(3), made(2)];
  const page = { items: [made(6), made(5)], next_cursor: "gen_0005" };
  const merged = continued(known, "gen_0002", page);
  assert.deepEqual(merged.items.map(({ id }) => id), ["gen_0006", "gen_0005", "gen_0004", "gen_0003", "gen_0002"]);
  assert.equal(merged.next_cursor, "gen_0002");
  assert.equal(continued(known, null, { items: [made(6)], next_cursor: null }).items.length, 1);
  assert.equal(continued(null, null, page), page);
});

test("the last filter asked for wins", async () => {
  const waiting = [];
  const ways = { url: (path) => path, fetch: (path) => new Promise((resolve) => waiting.push(() => resolve(new Response(JSON.stringify({ items: [made(path.includes("favourite") ? 2 : 1)], next_cursor: null }))))) };
  const store = new Store(new Api(ways), { memory: null });
  const first = setFilter(store, { ...NO_FILTER, recipe: "a" });
  const second = setFilter(store, { ...NO_FILTER, favourite: true });
  waiting[1]();
  waiting[0]();
  await Promise.all([first, second]);
  assert.deepEqual(store.state.generations.map(({ id }) => id), ["gen_0002"]);
});

test("a picture that ended while a filter's pictures were on their way has ended", async () => {
  const running = made(2, { state: "running", purpose: "user" });
  let answer;
  const ways = { url: (path) => path, fetch: () => new Promise((resolve) => (answer = () => resolve(new Response(JSON.stringify({ items: [running, made(1)], next_cursor: null }))))) };
  const store = new Store(new Api(ways), { memory: null });
  store.set({ generations: [running] });
  const asked = setFilter(store, { ...NO_FILTER, recipe: "a" });
  store.take({ type: "generation.state", seq: 7, subject: { kind: "generation", id: running.id }, data: { state: "completed", generation: { ...running, state: "completed" } } });
  answer();
  await asked;
  assert.deepEqual(store.state.generations.map(({ id, state }) => [id, state]), [[running.id, "completed"], ["gen_0001", made(1).state]]);
});

test("a filter whose pictures could not be had leaves no gap: they are listed anew once they can be", async () => {
  const old = [made(9), made(3), made(1)];
  let away = true;
  const ways = { url: (path) => path, fetch: async (path) => {
    if (away) throw new TypeError("away");
    return new Response(JSON.stringify(path.includes("/generations") ? { items: [made(9), made(8)], next_cursor: "gen_0008" } : { items: [] }));
  } };
  const store = new Store(new Api(ways), { memory: null, later: () => {} });
  const ann = { ...NO_FILTER, character: "chr_1" };
  store.set({ generations: old, galleryFilter: ann, listedFilter: ann, cursors: { ...store.state.cursors, generations: "gen_0001" } });
  const asked = setFilter(store, NO_FILTER);
  assert.equal(store.state.filtering, true);
  await asked;
  assert.deepEqual([store.state.filtering, store.state.generations], [false, old]);
  assert.equal(await store.more("generations"), false, "the place is in another list");
  away = false;
  await store.refresh();
  assert.deepEqual(store.state.generations.map(({ id }) => id), ["gen_0009", "gen_0008"]);
  assert.equal(store.state.cursors.generations, "gen_0008");
});

const progress = (more) => ({ image: 0, count: 2, step: 0, total_steps: 0, ahead: 0, frame: 0, ...more });

test("what is being made, in words and as a share", () => {
  assert.equal(makingWords({ state: "queued", progress: progress({ ahead: 3 }) }), "3 pictures ahead in ComfyUI's queue");
  assert.equal(makingWords({ state: "queued", progress: progress({ ahead: 1 }) }), "1 picture ahead in ComfyUI's queue");
  assert.equal(makingWords({ state: "queued", progress: progress({}) }), "Waiting in ComfyUI's queue");
  assert.equal(makingWords({ state: "running", progress: progress({ image: 1, step: 3, total_steps: 6 }) }), "Making picture 2 of 2, step 3 of 6");
  assert.equal(makingWords({ state: "cancelling", progress: progress({}) }), "stopping");
  assert.equal(makingShare({ progress: progress({ image: 1, step: 3, total_steps: 6 }) }), 0.75);
});

test("of a picture being made each step is seen, and what is read aloud changes with the picture alone", () => {
  const card = new InProgressCard({ store: { api: { generations: { previewUrl: () => "" } } } });
  const seen = new Set();
  const aloud = new Set();
  for (const [image, step] of [[0, 1], [0, 2], [0, 3], [1, 1]]) {
    card.show({ generation: { id: "gen_1", state: "running", progress: progress({ image, step, total_steps: 6 }), request: { prompt: "a" } }, names: [], away: false });
    seen.add(card.words.textContent);
    aloud.add(card.told.textContent);
  }
  assert.equal(seen.size, 4);
  assert.deepEqual([...aloud], ["Making picture 1 of 2", "Making picture 2 of 2"]);
  const spoken = (element) => [element, ...element.children.flatMap((child) => (typeof child === "string" ? [] : spoken(child)))].filter((one) => one.attributes.role === "status");
  assert.deepEqual(spoken(card.element), [card.told]);
});

test("what lies in the trash is told by order: whole, or some of its pictures, as long as they are kept", () => {
  const at = (days) => new Date(Date.parse("2026-11-30T00:00:00Z") - days * 86_400_000).toISOString();
  const order = (id, deleted_at, ...images) => ({ id, deleted_at, request: { prompt: "{trigger}", characters: [{ id: "chr_1" }] }, images: images.map((gone, n) => ({ n, deleted_at: gone })) });
  const found = trashOf([order("whole", at(1), null, at(3), null), order("some", null, at(2), null, at(5)), order("long ago", null, at(31)), order("nothing", at(1)), order("one by one", at(1), at(4))], Date.parse(at(0)));
  assert.deepEqual(found.map(({ id, at: when, pictures }) => [id, when, pictures.map(({ n }) => n)]), [["whole", at(1), [0, 2]], ["some", at(5), [0, 2]], ["one by one", at(1), [0]]]);
  assert.deepEqual(found[0].pictures[0], { generation_id: "whole", n: 0, deleted: false });
  assert.deepEqual([found[0].prompt, found[0].people], ["{trigger}", ["chr_1"]]);
});
