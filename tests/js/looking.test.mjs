/** Choosing, comparing and ordering pictures: the rules, without a browser. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { arrowOf } from "../../js/components/shared/dialogs.js";
import { NO_FILTER, continued, fits, isFiltered, isThere, nowOf, sorted, withLiked } from "../../js/data/gallery.js";
import { changePictures } from "../../js/data/looking/many_pictures.js";
import { pictureName } from "../../js/data/looking/picture_name.js";
import { NOTHING, everything, ranged, remaining, toggled } from "../../js/lib/selection.js";
import { MOST, WHOLE, actual, dragged, fitted, held, zoomed } from "../../js/lib/zoom.js";
import { make } from "./fake_store.mjs";

const ORDER = ["a", "b", "c", "d", "e"];
const keys = (selection) => [...selection.keys].join("");

test("what is chosen: one by one, a range from where one stood, all, and never what is gone", () => {
  const b = toggled(NOTHING, "b");
  const cases = [
    ["one", b, "b", "b"],
    ["the same again", toggled(b, "b"), "", "b"],
    ["a range down", ranged(b, ORDER, "d"), "bcd", "b"],
    ["a range up, beside what was chosen", ranged(toggled(toggled(NOTHING, "e"), "c"), ORDER, "a"), "ecab", "c"],
    ["a range without an anchor begins where one stood", ranged(NOTHING, ORDER, "c", "b"), "bc", "b"],
    ["an anchor that is gone is none", ranged({ keys: new Set(), anchor: "z" }, ORDER, "c", "d"), "cd", "d"],
    ["all", everything(ORDER), "abcde", "a"],
    ["without what is gone", remaining(ranged(b, ORDER, "d"), ["a", "c", "e"]), "c", ""],
  ];
  for (const [what, selection, chosen, anchor] of cases) assert.deepEqual([keys(selection), selection.anchor], [chosen, anchor], what);
  assert.equal(remaining(b, ORDER), b, "nothing changed: nobody is told");
});

test("an arrow that is held with Ctrl, Cmd or Alt is the browser's: Back turns no picture", () => {
  const pressed = (key, held = "") => arrowOf({ key, target: null, ctrlKey: held === "ctrl", metaKey: held === "meta", altKey: held === "alt" });
  assert.deepEqual(["ArrowLeft", "ArrowRight", "Home"].map((key) => pressed(key)), [-1, 1, 0]);
  for (const held of ["ctrl", "meta", "alt"]) assert.deepEqual(["ArrowLeft", "ArrowRight"].map((key) => pressed(key, held)), [0, 0], held);
});

test("a picture fits its frame, also a small one, and two of different sizes go in step", () => {
  assert.deepEqual(fitted({ width: 1000, height: 500 }, { width: 400, height: 400 }), { width: 400, height: 200 });
  assert.deepEqual(fitted({ width: 64, height: 64 }, { width: 400, height: 300 }), { width: 300, height: 300 });
  assert.equal(actual({ width: 1000, height: 500 }, { width: 400, height: 200 }), 2.5, "100 %");
  assert.equal(actual({ width: 1000, height: 500 }, { width: 400, height: 200 }, 2), 1.25, "on a dense screen");
  assert.equal(actual({ width: 64, height: 64 }, { width: 300, height: 300 }), 1, "a small one is shown larger already");
});

test("what lies under the pointer stays there, and nothing beside the picture is shown", () => {
  const [whole, frame] = [{ width: 400, height: 200 }, { width: 400, height: 400 }];
  const under = { x: 100, y: 20 };
  const shown = ({ scale, x, y }) => [x + under.x / (whole.width * scale), y + under.y / (whole.height * scale)].map((share) => share.toFixed(6));
  assert.deepEqual(shown(zoomed(WHOLE, 3, whole, under)), shown(WHOLE));
  assert.equal(zoomed(WHOLE, 1000, whole).scale, MOST);
  assert.equal(zoomed({ scale: 2, x: 0.3, y: 0.5 }, 0.1, whole).scale, 1);
  assert.deepEqual(held({ scale: 1, x: 0.1, y: 0.9 }, whole, frame), WHOLE);
  assert.deepEqual(held({ scale: 2, x: 0, y: 0 }, whole, frame), { scale: 2, x: 0.25, y: 0.5 }, "as high as its frame: only sideways");
  assert.deepEqual(dragged({ scale: 2, x: 0.5, y: 0.5 }, { x: 80, y: -40 }, whole), { scale: 2, x: 0.4, y: 0.6 });
});

const made = (n, { score = null, who = "chr_1", ...more } = {}) => ({
  id: `gen_${n}`, purpose: "user", recipe: "a", versions: [`${who}/1.safetensors`], favourite: false, request: { prompt: "{trigger} in the Rain", characters: [{ id: who }] },
  images: [{ n: 0, seed: 991253, deleted_at: null, favourite: false, likeness: score === null ? null : { score } }], ...more,
});
const NAMES = { chr_1: "Anna Élise", chr_2: "ben" };

test("a search finds words, names and the digits of a seed, as the server does", () => {
  for (const [search, found] of [["rain", true], ["RAIN anna", true], ["élise", true], ["ÉLISE", true], ["anna snow", false], ["1253", true], ["125", false], ["", true], ["  ", true]]) {
    assert.equal(fits({ ...NO_FILTER, search }, made(1), NAMES), found, search);
  }
  assert.ok(fits({ ...NO_FILTER, version: "chr_1/1.safetensors" }, made(1)) && !fits({ ...NO_FILTER, version: "other" }, made(1)));
  assert.ok(!isFiltered({ ...NO_FILTER, sort: "person" }) && isFiltered({ ...NO_FILTER, search: "x" }));
});

test("the order: by date as they come, by person, the best match first; the newest first among equals", () => {
  const entries = [made(5, { who: "chr_2" }), made(4, { score: 0.4 }), made(3, { score: 0.6 }), made(2, { score: 0.6 })].map((generation) => ({ key: generation.id, generation, image: generation.images[0] }));
  const order = (sort) => sorted(entries, sort, NAMES).map(({ key }) => key.slice(4)).join("");
  assert.deepEqual([order("date"), order("person"), order("likeness")], ["5432", "4325", "3245"]);
});

test("fetched anew in another order than by date, what was scrolled through stays, once", () => {
  const page = { items: [made(1), made(9)], next_cursor: "gen_9" };
  assert.deepEqual(continued([made(9), made(4)], "gen_4", page, "likeness").items.map(({ id }) => id), ["gen_1", "gen_9", "gen_4"]);
});

test("one of several is marked, and a picture is known as it is now", () => {
  const whole = made(1, { favourite: true, images: [0, 1].map((n) => ({ n, deleted_at: null, favourite: false })) });
  assert.deepEqual(withLiked(whole, 0, false).images.map(({ favourite }) => favourite), [false, true], "all were, before each was by itself");
  assert.deepEqual([withLiked(made(1), 0, true).favourite, withLiked(withLiked(made(1), 0, true), 0, false).favourite], [true, false]);
  const entry = { key: "gen_1-0", generation: made(1), image: made(1).images[0] };
  const gone = made(1, { images: [{ n: 0, deleted_at: "x" }] });
  assert.deepEqual([isThere({ generations: [made(1)] }, entry), isThere({ generations: [gone] }, entry), isThere({ generations: [] }, entry)], [true, false, false]);
  assert.equal(nowOf({ generations: [gone] }, entry).image.deleted_at, "x");
  assert.deepEqual(nowOf({ generations: null }, entry), entry);
});

test("a file is named for people, as the server names it", () => {
  const cases = JSON.parse(readFileSync(new URL("picture_names.json", import.meta.url), "utf8"));
  for (const { people, prompt, seed, name } of cases) {
    const names = Object.fromEntries(people.map((known, n) => [`chr_${n}`, known]));
    const request = { prompt, characters: people.length ? Object.keys(names).map((id) => ({ id })) : [{ id: "chr_gone" }] };
    assert.equal(pictureName({ request }, { seed }, names), name);
  }
});

test("a selection is changed in one request, and what is refused of it is told once", async () => {
  const refusal = { code: "image_not_found", message: "There is no such picture.", hint: "Reload.", correlation_id: "c" };
  const { api, store } = make({
    "PATCH /generations": (path, { pictures }) => ({
      items: pictures.filter(({ n }) => !n).map(({ generation_id: id, deleted }) => ({ ...made(0), id, state: "completed", deleted_at: deleted ? "2026-01-02" : null })),
      refused: pictures.filter(({ n }) => n).map(({ generation_id: id, n }) => ({ generation_id: id, n, error: refusal })),
    }),
  });
  const ids = Array.from({ length: 700 }, (_, n) => `gen_${String(n).padStart(3, "0")}`);
  store.set({ generations: ids.map((id) => ({ ...made(0), id, state: "completed" })).reverse() });
  let told = 0;
  store.listen(() => (told += 1));
  const done = await changePictures(store, ids.slice(0, 600).map((id) => ({ generation_id: id, n: 0, deleted: true })));
  assert.deepEqual([done.length, store.state.generations.length, store.state.problem, told], [600, 100, null, 2], "the page changes once for each request");
  assert.deepEqual(api.asked.map(([method, path, { pictures }]) => [method, path, pictures.length]), [["PATCH", "/generations", 500], ["PATCH", "/generations", 100]]);
  const back = await changePictures(store, [{ generation_id: ids[0], n: 0, deleted: false }, { generation_id: ids[1], n: 1, deleted: false }, { generation_id: ids[2], n: 2, deleted: false }]);
  assert.deepEqual([back.length, store.state.generations.length, store.state.generations.at(-1).id], [1, 101, ids[0]]);
  assert.deepEqual([store.state.problem.message, store.state.problem.hint], ["2 pictures were not changed: There is no such picture.", "Reload."]);
});
