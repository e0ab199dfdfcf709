/** Photo days: what is asked for, and the heaps of what came. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { withAlbum } from "../../js/data/albums/albums.js";
import { installDocument } from "./fake_dom.mjs";
import { make } from "./fake_store.mjs";
import { combinations, dayShare, exampleOf, orderOf, recipesFor, sectionsOf, squareOf, usualDraft } from "../../js/data/albums/photo_days.js";

const ANN = { id: "chr_1", class_word: "woman", photo_count: 3, versions: [{ family: "sd15" }] };
const items = [
  ...["watercolour", "photo", "studio", "film", "golden"].map((name) => ({ kind: "style", name, label: name.toUpperCase(), prompt: `{prompt}, ${name}` })),
  ...["a", "b", "c", "d", "e", "f"].map((name) => ({ kind: "scene", name, label: name, prompt: `in ${name}` })),
];

test("nobody has to choose anything: forty different pictures", () => {
  const draft = usualDraft(items, ANN);
  assert.deepEqual([draft.styles, draft.scenes, draft.shapes], [["photo", "studio", "film", "golden"], ["a", "b", "c", "d", "e"], ["square", "portrait"]]);
  assert.equal(combinations(draft), 40);
  assert.equal(draft.prompt, "photo of {trigger}, woman");
});

test("changed words go along, emptied ones are the ones that came with it", () => {
  const draft = { ...usualDraft(items, ANN), recipe: "r", styles: ["film"], scenes: ["a", "b"], words: { "style-film": "{prompt}, grain", "scene-a": "  " } };
  const order = orderOf(draft, items, ANN);
  assert.deepEqual(order.styles, [{ name: "film", label: "FILM", prompt: "{prompt}, grain" }]);
  assert.deepEqual(order.scenes.map(({ prompt }) => prompt), ["in a", "in b"]);
  assert.equal(order.person.id, "chr_1");
});

test("without styles and scenes there is one picture of each shape", () => {
  assert.equal(combinations({ styles: [], scenes: [], shapes: ["square", "wide"] }), 2);
});

test("only workflows that draw this person alone, and have all they need", () => {
  const recipe = (name, more) => ({ name, identity: "lora", families: ["sd15"], missing: [], people: 1, ...more });
  const known = [recipe("refs", { identity: "reference" }), recipe("two", { people: 2 }), recipe("other", { families: ["flux"] }), recipe("gone", { missing: [{}] }), recipe("foreign", { confirmed: false }), recipe("mine")];
  assert.deepEqual(recipesFor(known, ANN).map(({ name }) => name), ["mine", "refs"]);
});

test("a picture lies in one heap, the best first", () => {
  const picture = (n, more) => ({ n, image: {}, choice: "", aside: "", state: "drawn", ...more });
  const day = { pictures: [picture(0), picture(1, { choice: "keep" }), picture(2, { choice: "reject" }), picture(3, { aside: "twin" }), picture(4), picture(5, { image: null })], order: [4, 5, 1, 2, 0] };
  const heaps = Object.fromEntries(Object.entries(sectionsOf(day)).map(([name, list]) => [name, list.map(({ n }) => n)]));
  assert.deepEqual(heaps, { undecided: [4, 0], keep: [1], reject: [2], aside: [3] });
});

test("what is not drawn any more does not count", () => {
  const states = (...names) => ({ pictures: names.map((state) => ({ state })) });
  assert.equal(dayShare(states("drawn", "failed", "waiting", "drawing")), 0.5);
  assert.equal(dayShare(states("drawn", "skipped")), 1);
  assert.equal(dayShare(states("skipped")), 1);
});

test("a style shows the newest picture that was drawn in it and not rejected", () => {
  const day = (...pictures) => ({ pictures: pictures.map(([style, state, choice, id]) => ({ style, scene: "", state, choice, generation_id: id })) });
  const days = [day(["Film", "waiting", "", ""], ["Film", "drawn", "reject", "gen_2"]), day(["Film", "drawn", "", "gen_1"])];
  assert.deepEqual(exampleOf(days, "style", "Film"), { id: "gen_1" });
  assert.equal(exampleOf(days, "style", "Oil"), null);
});

test("an album keeps what is in it through its renaming and goes when it is taken away", () => {
  const known = [{ id: "alb_1", name: "Spring", pictures: 3, cover: { generation_id: "gen_1", n: 0 } }];
  assert.equal(withAlbum(null, { id: "alb_2" }), null);
  assert.deepEqual(withAlbum(known, { id: "alb_1", name: "Summer" })[0], { ...known[0], name: "Summer" });
  assert.deepEqual(withAlbum(known, { id: "alb_2", name: "New" }).map(({ id, pictures }) => [id, pictures]), [["alb_2", 0], ["alb_1", 3]]);
  assert.deepEqual(withAlbum(known, { id: "alb_1", deleted_at: "now" }), []);
});

test("a day is drawn as large as is chosen, and as the workflow says where nothing is", () => {
  const [draft, usual] = [usualDraft([], { class_word: "woman" }), { width: 1024, height: 1024 }];
  const sent = (size, steps) => {
    const { width, height, steps: taken } = orderOf({ ...draft, size }, [], { id: "chr_1" }, { usual, steps });
    return [width, height, taken];
  };
  assert.deepEqual([sent("normal", null), sent("small", 10), sent("large", 32)], [[null, null, null], [768, 768, 10], [1280, 1280, 32]]);
  assert.deepEqual([squareOf("normal", { width: 832, height: 1216 }), squareOf("small", {})], [[832, 1216], [384, 384]]);
});

test("while pictures are still to come nobody is told that nothing is left", async () => {
  installDocument();
  const { DayPictures } = await import("../../js/components/photo_day/day_pictures.js");
  const { store } = make();
  const shown = new DayPictures({ store }, () => {});
  const day = (state, drawn) => ({ id: "day_1", character_id: "chr_1", state, measures: true, order: [], seconds_each: null, error: null, waits_for: null,
    pictures: [0, 1].map((n) => ({ n, state: n < drawn ? "drawn" : "waiting", choice: "", aside: null, image: null })) });
  for (const [state, drawn, words] of [["running", 0, "Pictures appear here as they are drawn."], ["paused", 1, "Pictures appear here as they are drawn."], ["done", 2, "Nothing left to go through."]]) {
    shown.show(day(state, drawn), store.state);
    assert.equal(shown.note.textContent, words);
  }
});
