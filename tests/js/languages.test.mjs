/** Which language is spoken, and what the panel says while its words come, do not come, or are not words. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ApiError } from "../../js/data/api.js";
import { languageFor, Languages } from "../../js/data/languages.js";
import { ENGLISH, speak, spoken, t } from "../../js/locales/words.js";

const CODES = ["de", "en", "es", "fr", "ja", "ko", "pt-BR", "zh"];
const GERMAN = { code: "de", name: "Deutsch", dir: "ltr", panel: { back: "Zurück" }, server: {} };
const HEBREW = { code: "he", name: "עברית", dir: "rtl", panel: { back: "חזרה" }, server: {} };
const LISTED = [GERMAN, HEBREW].map(({ code, name, dir }) => ({ code, name, dir }));

afterEach(() => speak(ENGLISH));

test("the first that is wanted and there, its nearest relative, else English", () => {
  const rows = [
    [["de", "fr"], "de"], [["auto", "fr"], "fr"], [["auto", null], "en"], [[null, undefined], "en"], [["de-AT"], "de"], [["DE"], "de"],
    [["pt"], "pt-BR"], [["pt-PT"], "pt-BR"], [["pt-BR"], "pt-BR"], [["en-GB", "de"], "en"], [["ru", "de"], "de"], [["ru"], "en"],
    [["zh"], "zh"], [["zh-CN"], "zh"], [["zh-TW"], "zh"], [["zh-Hant-HK", "ja"], "zh"], [["constructor", "ko"], "ko"], [["no such", "ko"], "ko"], [["fa", "auto"], "en"],
  ];
  for (const [wanted, expected] of rows) assert.equal(languageFor(wanted, CODES), expected, wanted.join());
  assert.equal(languageFor(["zh-TW"], [...CODES, "zh-HK"]), "zh-HK", "the same script comes first");
});

function memoryOf(known = {}) {
  const map = new Map(Object.entries(known).map(([key, value]) => [key, JSON.stringify(value)]));
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value), map };
}

/** A server of these languages; `held` keeps an answer back until it is let go. */
function serverOf(all, asked = []) {
  const away = () => { throw new ApiError(0, { code: "offline", message: "away" }); };
  const system = {
    languages: async () => (asked.push("list"), all ? { languages: LISTED } : away()),
    language: async (code) => (asked.push(code), all?.[code] ?? away()),
  };
  return { asked, system };
}

const make = (all, known, asked) => {
  const memory = memoryOf(known);
  const api = serverOf(all, asked);
  const told = { changes: 0 };
  return { memory, told, asked: api.asked, languages: new Languages(api, { memory, changed: () => (told.changes += 1) }) };
};

test("English asks nobody, another language is fetched once and spoken at once", async () => {
  const { languages, told, asked, memory } = make({ de: GERMAN });
  await languages.follow("auto", "en");
  assert.equal(memory.map.size, 0);
  await languages.follow("auto", null);
  await languages.follow("en-US", "de");
  assert.deepEqual([asked, told.changes, spoken().code], [[], 0, "en"]);
  assert.deepEqual([...memory.map.keys()], ["isengard.language"], "that English is wanted beside a German ComfyUI is remembered");
  await languages.follow("auto", "en");
  assert.equal(memory.getItem("isengard.language"), "null");
  await languages.follow("auto", "de");
  assert.deepEqual([asked, told.changes, t("back"), t("close")], [["list", "de"], 1, "Zurück", "Close"]);
  await languages.follow("auto", "de");
  assert.equal(told.changes, 1, "nothing is made anew for the same words");
  await languages.follow("en", "de");
  assert.deepEqual([told.changes, t("back")], [2, "Back"], "the setting beats ComfyUI");
});

test("the next page begins in the words of the last one, before anything is known", async () => {
  const first = make({ de: GERMAN });
  await first.languages.follow("de", "en");
  speak(ENGLISH);
  const { languages, told } = make({ de: GERMAN }, Object.fromEntries([...first.memory.map].map(([key, text]) => [key, JSON.parse(text)])));
  languages.recall();
  assert.equal(t("back"), "Zurück");
  await languages.follow(undefined, "en");
  assert.deepEqual([t("back"), told.changes], ["Zurück", 0], "the setting of the last time stands until the server says another");
  await languages.follow("auto", "en");
  assert.equal(t("back"), "Back");
});

test("whatever comes instead of words, there are some: those of the last time, else English", async () => {
  const known = { "isengard.language": { setting: "de", language: GERMAN } };
  const away = make(null, known);
  away.languages.recall();
  await away.languages.follow(undefined, "de");
  assert.deepEqual([t("back"), away.told.changes], ["Zurück", 0]);
  speak(ENGLISH);
  for (const broken of [{}, null, { code: "de", panel: { back: 7 }, server: {} }, { code: "de", panel: [], server: null }, "Zurück"]) {
    const { languages } = make({ de: broken ?? undefined });
    await languages.follow("de", null);
    assert.equal(t("back"), "Back", JSON.stringify(broken));
    const damaged = make({}, { "isengard.language": broken === null ? null : { setting: "de", language: broken } });
    damaged.languages.recall();
    assert.equal(t("back"), "Back");
  }
});

test("an answer to an earlier question is not used", async () => {
  const answers = [];
  const { languages } = make({ de: GERMAN, he: HEBREW });
  languages.api.system.language = (code) => new Promise((resolve) => answers.push(() => resolve(code === "de" ? GERMAN : HEBREW)));
  const slow = languages.follow("de", null);
  await new Promise(setImmediate);
  const quick = languages.follow("he", null);
  await new Promise(setImmediate);
  answers[1]();
  await quick;
  answers[0]();
  await slow;
  assert.deepEqual([spoken().code, spoken().dir], ["he", "rtl"]);
});
