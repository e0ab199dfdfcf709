import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import en from "../../js/locales/en.js";
import { LANGUAGES } from "../../js/locales/languages.js";
import { speak, speakFirst, spoken, t } from "../../js/locales/words.js";

test("the panel speaks the first language there is: its setting, ComfyUI's, English", () => {
  LANGUAGES.eo = { name: "Esperanto", words: { back: "Reen" } };
  try {
    assert.equal(speakFirst("auto", null), false);
    assert.equal(speakFirst("auto", "eo-XX"), true);
    assert.equal(spoken(), "eo");
    assert.deepEqual([t("back"), t("close")], ["Reen", "Close"]);
    assert.equal(speakFirst("auto", "eo"), false, "nothing is made anew for the same language");
    assert.equal(speakFirst("en", "eo"), true, "the setting beats ComfyUI");
    assert.equal(speakFirst("auto", "constructor"), false);
    assert.equal(t("back"), "Back");
  } finally {
    delete LANGUAGES.eo;
    speak({});
  }
});

test("no key is in two catalogues, and a translation has no key and no gap that English lacks", async () => {
  const gaps = (sentence) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  const folder = new URL("../../js/locales/", import.meta.url);
  const parts = readdirSync(folder).filter((name) => name.startsWith("en_"));
  const keys = [];
  for (const name of parts) keys.push(...Object.keys((await import(new URL(name, folder))).default));
  assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), []);
  for (const [code, { words }] of Object.entries(LANGUAGES)) {
    for (const [key, sentence] of Object.entries(words)) assert.deepEqual(gaps(sentence), gaps(en[key]), `${code}: ${key}`);
  }
});
