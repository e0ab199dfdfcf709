import assert from "node:assert/strict";
import { test } from "node:test";

import { installDocument } from "./fake_dom.mjs";

installDocument();
const { embeddingsIn, notesOn } = await import("../../js/data/prompt_findings.js");
const { PromptNotes } = await import("../../js/components/images/prompt_notes.js");
const { Api } = await import("../../js/data/api.js");
const { Store } = await import("../../js/data/store.js");

test("what ComfyUI does not understand is told", () => {
  assert.deepEqual(notesOn("{trigger} <lora:film:0.8> <LORA:x>", null), [["noteNetwork", "<lora:film:0.8>, <LORA:x>"]]);
  assert.deepEqual(notesOn("{trigger} __hair__ style", null), [["noteWildcard", "__hair__"]]);
  assert.deepEqual(notesOn("{trigger} __été__, __hair__ {größe}", null), [["noteWildcard", "__été__, __hair__"], ["noteBraces", "{größe}"]]);
  assert.deepEqual(notesOn("{trigger} wearing {outfit}, {trigger3}", null), [["noteBraces", "{outfit}, {trigger3}"]]);
});

test("what it does understand is not", () => {
  const fine = ["{trigger} and {trigger1}, {trigger2}", "{red|blue} // note", "({trigger}:1.2) \\(actress\\)", '{"scene": "{trigger}"}', "a < b > c", "snake__case__name", "été__case__été"];
  for (const text of fine) assert.deepEqual(notesOn(text, []), [], text);
});

test("an embedding that ComfyUI does not have is told once its names are known", () => {
  const text = "embedding:easy, (embedding:folder/bad.pt:1.1) embedding:gone.";
  assert.deepEqual(embeddingsIn(text), ["easy", "folder/bad.pt", "gone"]);
  assert.deepEqual(notesOn(text, null), []);
  assert.deepEqual(notesOn(text, ["easy.safetensors", "folder\\bad"]), [["noteEmbedding", "gone"]]);
});

test("ComfyUI is asked for its embeddings once, when a prompt names one", async () => {
  const asked = [];
  const ways = { url: (path) => path, fetch: async (path) => (asked.push(path), new Response(JSON.stringify(["easy"]), { status: 200 })) };
  const notes = new PromptNotes(new Store(new Api(ways), { memory: null, later: () => {} }));
  notes.show("a cat", "");
  assert.deepEqual([asked.length, notes.element.hidden], [0, true]);
  notes.show("a cat", "embedding:gone");
  await new Promise((done) => setTimeout(done, 20));
  notes.show("a cat, embedding:easy", "embedding:gone");
  assert.equal(asked.length, 1);
  assert.match(notes.element.textContent, /does not have this embedding: gone\./);
});
