import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import en from "../../js/locales/en.js";
import { day } from "../../js/lib/format.js";
import { LANGUAGES } from "../../js/locales/languages.js";
import { pluralKey, regional, speak, speakFirst, spoken, t } from "../../js/locales/words.js";

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
    for (const [key, sentence] of Object.entries(words)) assert.deepEqual(gaps(sentence), gaps(en[key] ?? en[key.replace(/_(zero|one|two|few|many)$/, "")]), `${code}: ${key}`);
  }
});

/** @param {string[]} languages @param {() => void} told */
function readBy(languages, told) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
  try {
    told();
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
  }
}

test("dates are the reader's region's, in the language that is spoken", () => {
  readBy(["de-AT", "en-GB", "en-US"], () => {
    assert.equal(regional(), "en-GB");
    assert.equal(day("2026-12-29T12:00:00Z"), "29/12/2026");
  });
  readBy(["en-US"], () => assert.equal(day("2026-12-29T12:00:00Z"), "12/29/2026"));
  readBy(["de-AT"], () => assert.equal(regional(), "en", "no region of English is known"));
});

test("numbers are told apart as the language does it", () => {
  const polish = { entries: "{n} wpisów", entries_one: "{n} wpis", entries_few: "{n} wpisy" };
  LANGUAGES.pl = { name: "Polski", words: polish };
  try {
    speakFirst("pl");
    assert.deepEqual([1, 2, 5, 22].map((n) => t(pluralKey("entries", n), { n })), ["1 wpis", "2 wpisy", "5 wpisów", "22 wpisy"]);
  } finally {
    delete LANGUAGES.pl;
    speakFirst("en");
  }
  assert.deepEqual([1, 2].map((n) => pluralKey("entries", n)), ["entries_one", "entries"]);
});
