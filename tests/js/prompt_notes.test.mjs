import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { MENDED, embeddingsIn, notesOn } = await import("../../js/data/prompting/findings.js");
const { choicesIn, linesOf } = await import("../../js/data/prompting/choices.js");
const { completed, isShort } = await import("../../js/data/prompting/completing.js");
const { hasWords, withWords, withoutWords } = await import("../../js/data/prompting/words.js");
const { PromptNotes } = await import("../../js/components/prompting/prompt_notes.js");
const { NegativePrompt } = await import("../../js/components/prompting/negative_prompt.js");
const { Api } = await import("../../js/data/api.js");
const { Store } = await import("../../js/data/store.js");

const TAGS = { form: "tags", weights: true, embeddings: true, words: 55, opening: "photo of", details: "natural light", quality: "high quality", negative: "blurry" };
const SENTENCES = { form: "sentences", weights: false, embeddings: false, words: 350, opening: "A photograph of", details: "The light is soft.", quality: "", negative: "" };
/** What the pipeline's own test reads. */
const CASES = JSON.parse(readFileSync(new URL("../support/prompt_cases.json", import.meta.url), "utf8"));
const FAMILIES = { sd15: TAGS, flux1_dev: { ...SENTENCES, weights: true }, flux2_klein_4b: SENTENCES };

for (const [family, prompting] of Object.entries(FAMILIES)) {
  test(`real prompts for ${family}: what is not done is said, and nothing else`, () => {
    for (const { name, text, repeated: [part, times] = ["", 0], notes = {} } of CASES) {
      const whole = text.replaceAll("\r\n", "\n") + part.repeat(times);
      const said = notesOn([whole], { embeddings: ["easynegative", "bad"], prompting }).map(([key]) => key);
      assert.deepEqual(said.sort(), [...(notes[family] ?? notes["*"] ?? [])].sort(), name);
    }
  });
}

test("a workflow of somebody's own reads prompts in its own way", () => {
  assert.deepEqual(notesOn(["<lora:x:1> (a:1.2) BREAK embedding:y"], { embeddings: [] }), []);
  assert.deepEqual(notesOn(["{trigger} __hair__ {größe}", "__hair__, __été__"]), [["noteWildcard", "__hair__, __été__"], ["noteBraces", "{größe}"]]);
});

test("what can be taken out is, and the rest stays", () => {
  assert.equal(MENDED.noteNetwork("<lora:film:0.8> a, <lyco:x>, b"), "a, b");
  assert.equal(MENDED.noteBreak("red dress BREAK blue sky, BREAK, sea"), "red dress, blue sky, sea");
  assert.equal(MENDED.noteWeights("((soft light:1.1), {trigger}:1.3), (at 10:30)"), "soft light, {trigger}, (at 10:30)");
  assert.equal(MENDED.noteSchedule("a [day:night:0.4] street"), "a day street");
});

test("each prompt is read by itself: a brace of one does not close another's", () => {
  assert.deepEqual(notesOn(["{a|b", "c}"]).map(([key]) => key), ["noteUnclosed"]);
  assert.deepEqual(choicesIn("\\{a|b\\} :}"), { choice: false, broken: true, others: [] });
});

test("an embedding that ComfyUI does not have is told once its names are known", () => {
  const text = "embedding:easy, (embedding:folder/bad.pt:1.1) embedding:gone.";
  assert.deepEqual(embeddingsIn(text), ["easy", "folder/bad.pt", "gone"]);
  assert.deepEqual(notesOn([text], { prompting: TAGS }), []);
  assert.deepEqual(notesOn([text], { embeddings: ["easy.safetensors", "folder\\bad"], prompting: TAGS }), [["noteEmbedding", "gone"]]);
});

test("a few words become a whole prompt in the way of the model", () => {
  const whole = (text, prompting, more) => completed(text, { prompting, ...more });
  assert.equal(whole("{trigger} at the beach, smiling,", TAGS), "photo of {trigger} at the beach, smiling, natural light, high quality");
  assert.equal(whole("{trigger} at the beach", SENTENCES), "A photograph of {trigger} at the beach. The light is soft.");
  assert.equal(whole("portrait of {trigger}", SENTENCES), "portrait of {trigger}. The light is soft.");
  assert.equal(whole("watercolour of {trigger}", TAGS), "watercolour of {trigger}, high quality", "no words of photographs");
  assert.equal(whole("at the beach", TAGS, { people: 2 }), "photo of {trigger1} and {trigger2}, at the beach, natural light, high quality", "who is not named comes in");
  assert.equal(whole("", SENTENCES), "A photograph of {trigger}. The light is soft.");
  const style = { prompt: "oil painting of {prompt}, rich $& colours" };
  assert.equal(whole("{trigger} at sea", TAGS, { style }), "oil painting of {trigger} at sea, rich $& colours, high quality");
  assert.equal(whole("{trigger} at sea", TAGS, { style, fills: false }), "oil painting of {trigger} at sea, rich $& colours");
  assert.equal(whole("{trigger} {on a bench|in bed}", TAGS), "photo of {trigger} {on a bench|in bed}, natural light, high quality", "choices stay choices");
});

test("what is a whole prompt, or somebody's who knows what they want, stays as it is", () => {
  const long = "{trigger} sits on the third step of an old stone stair in the rain and laughs";
  for (const text of [long, "{trigger}, (smile:1.2)", "{trigger}\nby the sea", "<lora:x:1> {trigger}", "{trigger} על החוף", "{trigger}在海边", '{"a": "{trigger}"}']) {
    assert.equal(isShort(text), false, text);
    assert.equal(completed(text, { prompting: TAGS }), text);
  }
  assert.equal(completed("{trigger}", { prompting: TAGS, fills: false }), "{trigger}");
  assert.equal(completed("{trigger}", { prompting: null }), "{trigger}", "a model that nothing is known of");
});

test("each line is a prompt only outside braces and comments", () => {
  assert.deepEqual(linesOf("{trigger} at sea\n\n {trigger} in {a\n|b}\n// later\n/* not\nnow */ {trigger} at home"), ["{trigger} at sea", "{trigger} in {a\n|b}", "/* not now */ {trigger} at home"]);
  assert.deepEqual(linesOf("{a|b\nc"), ["{a|b", "c"], "a broken brace holds nothing together");
  assert.deepEqual(linesOf("one"), ["one"]);
});

test("words come in by a press and go by another", () => {
  for (const [text, whole] of [["{trigger}", "{trigger}, in snow"], ["{trigger}, ", "{trigger}, in snow"], ["A photo of {trigger}.", "A photo of {trigger}. In snow."], ["", "in snow"]]) {
    assert.equal(withWords(text, "in snow"), whole);
    assert.ok(hasWords(whole, "in snow"));
    assert.equal(withoutWords(whole, "in snow"), text.replace(/, $/, ""));
  }
  assert.equal(withoutWords("{trigger}, in snow, smiling", "in snow"), "{trigger}, smiling");
  assert.equal(withoutWords("{trigger}", "in snow"), "{trigger}");
});

test("a negative prompt is asked for where it does something, and the rest is told why", () => {
  const field = new NegativePrompt();
  field.input.value = "hat";
  const known = { takes: true, guidance: 7, model: "SDXL", usual: "blurry" };
  field.show(known);
  assert.deepEqual([field.input.hidden, field.why.hidden, field.usual.hidden], [false, true, false]);
  field.show({ ...known, guidance: 1 });
  assert.equal(field.input.hidden, true);
  assert.match(field.why.textContent, /guidance of 1/);
  field.show({ ...known, takes: false, model: "FLUX.1 dev" });
  assert.match(field.why.textContent, /^FLUX\.1 dev doesn't use a negative prompt/);
});

test("ComfyUI is asked for its embeddings once, when a prompt names one", async () => {
  const asked = [];
  const ways = { url: (path) => path, fetch: async (path) => (asked.push(path), new Response(JSON.stringify(["easy"]), { status: 200 })) };
  const notes = new PromptNotes(new Store(new Api(ways), { memory: null, later: () => {} }));
  notes.show("a cat", "");
  assert.deepEqual([asked.length, notes.element.hidden], [0, true]);
  notes.show("a cat", "embedding:gone");
  await new Promise((done) => setTimeout(done, 20));
  notes.show("a cat, embedding:easy", "embedding:gone", { prompting: TAGS, model: "SDXL" });
  assert.equal(asked.length, 1);
  assert.match(notes.element.textContent, /doesn't have this embedding: gone\./);
});

test("a picture is told and named by the words that were chosen for it", async () => {
  const { promptOf, told } = await import("../../js/data/gallery.js");
  const { pictureName } = await import("../../js/data/looking/picture_name.js");
  const generation = { request: { prompt: "{trigger} in a {red|blue} coat", characters: [{ id: "a" }] } };
  const drawn = { seed: 12, prompt: "{trigger} in a blue coat" };
  assert.equal(told(promptOf(generation, drawn), ["Anna"]), "Anna in a blue coat");
  assert.equal(promptOf(generation, { seed: 12 }), generation.request.prompt, "from before they were kept");
  assert.equal(pictureName(generation, drawn, { a: "Anna" }), "Anna, in a blue coat 0012.png");
});
