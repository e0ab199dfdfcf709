import assert from "node:assert/strict";
import { test } from "node:test";

import { causeWords, mend, mendedPrompt, mendingWords } from "../../js/data/diagnosis/mending.js";

const cause = (code, action, values = {}) => ({ code, action, weight: 60, values });

test("a cause is a sentence with its numbers and the person's name; one that a newer server knows is left out", () => {
  const low = cause("strength_low", "strength", { now: 0.4, strength: 0.85 });
  assert.equal(causeWords(low, "Anna"), "Strength is set to 0.40, too low for Anna to come through.");
  assert.equal(mendingWords(low, "Anna"), "Set strength to 0.85");
  assert.equal(causeWords(cause("few_photos", "photos", { n: 1 }), "Anna"), "Only one photo is used. Twenty varied ones give a much better likeness.");
  assert.equal(causeWords(cause("other_version", "version", { step: 1000, now: 500 }), "Anna"), "Made with step 500, but step 1,000 is the best.");
  assert.equal(causeWords(cause("other_version", "version", { step: 500, now: 500 }), "Anna"), "Made with step 500, but step 500 of another training is the best.");
  assert.equal(causeWords(cause("moon_phase", "photos"), "Anna"), "");
});

test("a button says what it does", () => {
  const words = (...parts) => mendingWords(cause(...parts), "Anna");
  assert.equal(words("photos_disagree", "photos", { codes: "other_person" }), "Show these photos");
  assert.equal(words("few_photos", "photos", { n: 4 }), "Look at the photos");
  assert.equal(words("other_base", "base", { base: "real.safetensors" }), "Use real.safetensors");
  assert.equal(words("base_broken", "base", { base: "real.safetensors" }), "Choose another model");
  assert.equal(words("not_trained", "train"), "Train Anna");
  assert.equal(words("placeholder", "train"), "Train Anna again");
  assert.equal(words("still_rising", "train_on", { steps: 600 }), "Train 600 more steps");
});

test("the prompt gets what it lacks, and nothing twice", () => {
  const put = cause("trigger_missing", "put_trigger", { trigger: "annqvx" });
  assert.equal(mendedPrompt("a woman in a park", put), "{trigger}, a woman in a park");
  assert.equal(mendedPrompt("photo of {trigger}", put), "photo of {trigger}");
  assert.equal(mendedPrompt("", put), "{trigger}");
  const closer = cause("face_far", "closer", { words: "wide shot" });
  assert.equal(mendedPrompt("wide shot of {trigger} on a mountain, film grain", closer), "close-up portrait, {trigger} on a mountain, film grain");
  const both = cause("face_far", "closer", { words: "full body, head to toe" });
  assert.equal(mendedPrompt("full body photo of {trigger}, head to toe", both), "close-up portrait, {trigger}");
  assert.equal(mendedPrompt("as it was", cause("face_hidden", "prompt", { words: "mask" })), "as it was");
});

/** A store that notes what was asked of it. */
function recorder(answer = {}) {
  const done = [];
  const note = (name) => (...given) => (done.push([name, ...given]), answer);
  const api = { training: { setUp: note("setUp") }, jobs: { order: note("order") }, characters: { pickVersion: note("pick") }, generations: { mend: note("mend") } };
  const store = { api, go: note("go"), attempt: (action) => action("ui-1"), keepJob: (job) => job, keepTask: (job) => job, keepCharacter: (known) => known, keepGeneration: (known) => known };
  return { store, done };
}

test("each button really does it", async () => {
  const asked = async (action, values = {}, more = {}) => {
    const { store, done } = recorder({ id: "job_2" });
    assert.equal(await mend(store, cause("x", action, values), { person: "chr_9", ...more }), true);
    return done;
  };
  assert.deepEqual(await asked("photos", { codes: "other_person" }), [["go", { tab: "characters", id: "chr_9", open: "photos", codes: "other_person" }]]);
  assert.deepEqual(await asked("trigger"), [["go", { tab: "characters", id: "chr_9", open: "trigger", codes: "" }]]);
  assert.deepEqual(await asked("compare"), [["go", { tab: "images", id: "chr_9", compare: "" }]]);
  assert.deepEqual(await asked("train"), [["go", { tab: "training", train: "chr_9" }]]);
  assert.deepEqual(await asked("version", { file: "anna/a.safetensors", step: 700 }), [["pick", "chr_9", "anna/a.safetensors", "ui-1"]]);
  assert.deepEqual(await asked("train_on", { job_id: "job_1", steps: 600 }), [["order", "job_1", "continue", "ui-1", { steps: 600 }], ["go", { tab: "training", job: "job_2" }]]);
  assert.deepEqual(await asked("set_up_measuring"), [["setUp", "faces", { confirm: true }, "ui-1"], ["go", { tab: "settings" }]]);
  assert.deepEqual(await asked("faces", { generation_id: "gen_1", n: 2 }), [["mend", "gen_1", 2, "ui-1"]]);
  const [[, route]] = await asked("strength", { strength: 0.85 });
  assert.deepEqual([route.tab, route.id, route.mend.values.strength], ["images", "chr_9", 0.85]);
  const changed = [];
  assert.deepEqual(await asked("closer", {}, { change: (wanted) => changed.push(wanted.action) }), []);
  assert.deepEqual(changed, ["closer"]);
});

test("what was refused leads nowhere", async () => {
  const { store, done } = recorder(null);
  for (const action of ["version", "train_on", "set_up_measuring", "faces"]) assert.equal(await mend(store, cause("x", action), { person: "chr_9" }), false);
  assert.deepEqual(done.map(([name]) => name), ["pick", "order", "setUp", "mend"]);
});
