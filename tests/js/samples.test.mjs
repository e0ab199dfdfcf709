import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf, sampleAt, samplesOf } from "../../js/data/samples.js";

const anna = { id: "chr_1", name: "Anna", trigger_word: "newword", versions: [{ job_id: "job_1", trigger_word: "nnxmtnk" }] };
const job = (files, prompts = null) => ({ id: "job_1", request: { overrides: { sample_prompts: prompts } }, artifacts: files.map(([file, step]) => ({ kind: "sample", file, step })) });
const strangers = (one) => columnsOf(one, anna).map(({ stranger }) => stranger);

test("of the usual samples the second is the stranger; of one's own those without the person's word", () => {
  assert.deepEqual(strangers(job([])), [false, true]);
  assert.deepEqual(strangers({ ...job([]), request: {} }), [false, true], "a job of a program");
  const own = ["a man", "nnxmtnk at sea", "photo of [trigger]", "newword"];
  assert.deepEqual(strangers(job([], own)), [true, false, false, true], "the word it was trained with");
  assert.deepEqual(columnsOf(job([], own), { ...anna, versions: [] }).map(({ stranger }) => stranger), [true, true, false, false]);
});

test("a sample's name ends in the number of its prompt, in whatever order they come", () => {
  const files = [["samples/1700__000000140_1.jpg", 140], ["samples/1701__000000140_0.jpg", 140], ["samples/1702__000000280_1.jpg", 280]];
  const of = (one) => samplesOf(one, columnsOf(one, anna)).map(({ column }) => column);
  assert.deepEqual(of(job(files)), [1, 0, 1]);
  assert.deepEqual(of(job([["samples/sketch_140.png", 140], ["samples/sketch.png", 140]])), [0, 1], "another trainer's names");
});

test("a version is shown by the person's sample, never by the stranger's", () => {
  const one = job([["a/140_1.png", 140], ["a/140_0.png", 140], ["a/280_1.png", 280]]);
  assert.equal(sampleAt(one, anna, 140)?.file, "a/140_0.png");
  assert.equal(sampleAt(one, anna, 280), undefined);
});
