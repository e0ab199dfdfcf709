/** Which checkpoint somebody is trained on, and whose pictures then come from another one. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawnBy, strangers, trainedOn } from "../../js/data/drawing_base.js";
import { installDocument } from "./fake_dom.mjs";

globalThis.document = installDocument();
const { LookChoice } = await import("../../js/components/training/look_choice.js");

const checkpoint = (file, more = {}) => ({
  file, size: 6.9e9, recommended: false, why: "tensors", label: "", style: "unknown", style_from: "", prediction: "epsilon", prediction_from: "", refused: "", quantised: false, ...more,
});
const FIRST = checkpoint("sub/a.safetensors", { recommended: true, style: "photographic", style_from: "name" });
const SECOND = checkpoint("b.safetensors", { style: "illustrated", style_from: "metadata", prediction: "v", prediction_from: "tensors" });
const SMALL = checkpoint("c.safetensors", { refused: "c.safetensors is a quantised copy (fp8)." });

const find = (element, wanted) => [...(wanted(element) ? [element] : []), ...(element.children ?? []).flatMap((child) => find(child, wanted))];
const radios = ({ list }) => find(list, ({ localName }) => localName === "input");

test("two checkpoints are a choice, with what is known of each and from where", () => {
  let changes = 0;
  const looks = new LookChoice(() => (changes += 1));
  looks.show([FIRST, SECOND, SMALL]);
  assert.equal(looks.value, FIRST.file);
  assert.equal(radios(looks).length, 2);
  assert.match(looks.element.textContent, /sub\/a\.safetensors6\.9\u00a0GB\u00a0· recommended\u00a0· photographic, going by its name/);
  assert.match(looks.element.textContent, /illustrated, going by its metadata\u00a0· v-prediction, going by its tensors/);
  assert.match(looks.element.textContent, /1 can't be trained on.*quantised copy \(fp8\)/);
  radios(looks)[1].fire("change");
  assert.deepEqual([looks.value, changes], [SECOND.file, 1]);
  looks.show([FIRST, SMALL], SECOND.file);
  assert.equal(looks.value, FIRST.file, "one that has gone is not asked for");
});

test("a trainer that loads models as ComfyUI does is offered the quantised copies, too, behind the others", () => {
  const looks = new LookChoice(() => {});
  const copy = { ...SMALL, quantised: true };
  const broken = checkpoint("d.safetensors", { refused: "d.safetensors has parts missing." });
  looks.show([FIRST, copy, broken], "", true);
  assert.deepEqual([looks.value, radios(looks).map(({ value }) => value)], [FIRST.file, [FIRST.file, copy.file]]);
  assert.match(looks.element.textContent, /1 can't be trained on.*parts missing/);
  looks.show([FIRST, copy, broken], copy.file, false);
  assert.equal(looks.value, FIRST.file);
});

test("one is told in a line, none and an older server's answer are not", () => {
  const looks = new LookChoice(() => {});
  looks.show([FIRST]);
  assert.deepEqual([radios(looks).length, looks.value, looks.element.hidden], [0, FIRST.file, false]);
  assert.match(looks.element.textContent, /^Model file/);
  for (const none of [[], undefined]) {
    looks.show(none);
    assert.deepEqual([looks.element.hidden, looks.value], [true, ""]);
  }
});

const base = (file, more = {}) => ({ family: "sdxl", file, taken: true, why: "tensors", label: "", sha256: null, defaults: {}, ...more });
const drawn = (name, base_model, base_sha256 = "a") => ({ name, version: { base_model, base_sha256 } });

test("the checkpoint of before is taken while it is here, by its hash or its name", () => {
  const bases = [base("first.safetensors"), base("sub/mine.safetensors")];
  assert.equal(trainedOn(bases, drawn("Ann", "mine.safetensors").version), bases[1]);
  assert.equal(drawnBy(bases, [drawn("Ann", "mine.safetensors")]), bases[1]);
  assert.equal(drawnBy(bases, [drawn("Ann", "gone.safetensors")]), bases[0]);
  const known = [base("mine.safetensors", { sha256: "b" }), base("renamed.safetensors", { sha256: "a" })];
  assert.equal(trainedOn(known, drawn("Ann", "mine.safetensors").version), known[1], "another file has its name");
});

test("who is drawn with another checkpoint is told, and why", () => {
  const bases = [base("first.safetensors"), base("mine.safetensors")];
  const ann = drawn("Ann", "mine.safetensors");
  const gone = drawn("Ben", "gone.safetensors");
  assert.deepEqual(strangers(bases, [ann], ""), []);
  assert.deepEqual(strangers(bases, [gone], ""), [{ name: "Ben", trained: "gone.safetensors", file: "first.safetensors", why: "gone" }]);
  assert.deepEqual(strangers(bases, [ann], "first.safetensors").map(({ why }) => why), ["chosen"]);
  assert.deepEqual(strangers(bases, [ann, drawn("Ben", "first.safetensors")], "").map(({ name, why }) => [name, why]), [["Ben", "other"]]);
  assert.deepEqual(strangers(bases, [drawn("Cid", "gone.safetensors", null)], ""), [], "trained from the hub, or before hashes were kept");
  assert.deepEqual(strangers([], [gone], ""), []);
});
