/** Words by their keys: the panel's language over English, plurals by its own rule, dates and numbers by the reader's region. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, test } from "node:test";

import en from "../../js/locales/en.js";
import { clauses, clock, counted, day, decimal, few, listed, percent } from "../../js/lib/format.js";
import { ENGLISH, pluralKey, regional, sentences, speak, spoken, t, translated } from "../../js/locales/words.js";

const speaking = (code, panel, more = {}) => speak({ code, dir: "ltr", panel, server: {}, ...more });
afterEach(() => speak(ENGLISH));

test("what a language lacks is said in English", () => {
  speaking("eo", { back: "Reen" }, { server: { "It failed.": "Malsukcesis." } });
  assert.deepEqual([t("back"), t("close"), t("noSuchKey"), spoken().code], ["Reen", "Close", "noSuchKey", "eo"]);
  assert.deepEqual(["It failed.", "It burned.", "constructor"].map(translated), ["Malsukcesis.", "It burned.", "constructor"]);
});

test("no key is in two catalogues", async () => {
  const folder = new URL("../../js/locales/", import.meta.url);
  const parts = readdirSync(folder).filter((name) => name.startsWith("en_"));
  const keys = [...readFileSync(new URL("en.js", folder), "utf8").matchAll(/^  "?([\w-]+)"?: "/gm)].map(([, key]) => key);
  for (const name of parts) keys.push(...Object.keys((await import(new URL(name, folder))).default));
  assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), []);
});

test("a sentence of the panel is short, and names no class and no variable of the environment", () => {
  const long = Object.entries(en).flatMap(([key, words]) => words.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.split(/\s+/).length > 20).map((sentence) => `${key}: ${sentence}`));
  assert.deepEqual(long, []);
  assert.deepEqual(Object.entries(en).filter(([, words]) => /[A-Z]+_[A-Z]|[a-z]Error\b|\bIsengard[A-Z]/.test(words)), []);
});

test("the page's code holds English alone", () => {
  const others = readdirSync(new URL("../../js/locales/", import.meta.url)).filter((name) => !/^en(_\w+)?\.js$/.test(name));
  assert.deepEqual(others.sort(), ["reading.js", "words.js"]);
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

test("dates, numbers and lists are the reader's region's, in the language that is spoken", () => {
  readBy(["de-AT", "en-GB", "en-US"], () => {
    assert.equal(regional(), "en-GB");
    assert.equal(day("2026-12-29T12:00:00Z"), "29/12/2026");
    assert.equal(listed(["Ann", "Ben", "Eve"]), "Ann, Ben and Eve");
    speaking("de", { percent: "{n} %" });
    assert.equal(regional(), "de-AT");
    assert.deepEqual([day("2026-12-29T12:00:00Z"), decimal(0.8, 2), percent(0.5), listed(["Ann", "Ben", "Eve"])], ["29.12.2026", "0,80", "50\u00a0%", "Ann, Ben und Eve"]);
  });
  speak(ENGLISH);
  readBy(["en-US"], () => assert.equal(day("2026-12-29T12:00:00Z"), "12/29/2026"));
  readBy(["de-AT"], () => assert.equal(regional(), "en", "no region of English is known"));
  assert.equal(clock("nothing"), "");
});

test("a number and its unit stay in one line, also where a translator put a common space", () => {
  const said = { spanHours: "{n} h, {n} s", aboutMinutes: "etwa {n} min, {n} Minuten", size_GB: "{n} Go", pixels: "{w} × {h} px", photoKinds: "bis 100 MB", daysAgo: "{n} 天前", hello: "{name} sagt" };
  const server = { "{width} x {height} pixels, {percent}% of 2 GB.": "{width} x {height} Pixel, {percent} % von 2 GB." };
  speaking("de", said, { server });
  assert.deepEqual(["spanHours", "aboutMinutes", "size_GB", "photoKinds", "daysAgo"].map((key) => t(key, { n: 5 })), ["5\u00a0h, 5\u00a0s", "etwa 5\u00a0min, 5 Minuten", "5\u00a0Go", "bis 100\u00a0MB", "5\u00a0天前"]);
  assert.equal(t("pixels", { w: 3024, h: 4032 }), "3024\u00a0×\u00a04032\u00a0px");
  assert.equal(t("hello", { name: "Agent 7 s" }), "Agent 7 s sagt", "what stands in a gap is a person's own");
  assert.equal(translated(Object.keys(server)[0]), "{width}\u00a0x\u00a0{height} Pixel, {percent}\u00a0% von 2\u00a0GB.");
  assert.equal(translated("1.2 GB of 4.3 GB are there."), "1.2\u00a0GB of 4.3\u00a0GB are there.", "an older record's English, too");
});

test("about how much stays beside its number, and minutes beside their hours", () => {
  speaking("ja", { aboutMinutes: "約{n}分", size_MB: "{n} MBと" });
  assert.equal(t("size_MB", { n: 5 }), "5\u00a0MBと", "a particle follows its word without a space");
  assert.equal(t("aboutMinutes", { n: 5 }), "約\u20605分");
  speaking("ko", { aboutHoursMinutes: "약 {n}시간 {m}분" });
  assert.equal(t("aboutHoursMinutes", { n: 1, m: 5 }), "약\u00a01시간\u00a05분");
  speaking("de", { aboutHoursMinutes: "etwa {n} h {m} min" });
  assert.equal(t("aboutHoursMinutes", { n: 1, m: 5 }), "etwa 1\u00a0h\u00a05\u00a0min");
});

test("in Chinese no space stands between two Chinese words", () => {
  speaking("zh", { left: "剩余 {time}", trainOne: "训练 {name} 的照片" });
  assert.equal(t("left", { time: "约 5 分钟" }), "剩余约 5 分钟");
  assert.deepEqual(["安娜 王", "Anna"].map((name) => t("trainOne", { name })), ["训练安娜 王的照片", "训练 Anna\u00a0的照片"]);
  assert.deepEqual([clauses(["甲", "乙"]), listed(["甲", "乙"])], ["甲, 乙", "甲和乙"], "of verbs none is joined by an and");
  speak(ENGLISH);
  assert.equal(clauses(["it copies", "it lags"]), "it copies and it lags");
});

test("numbers are told apart as the language does it", () => {
  speaking("pl", { entries: "{n} wpisów", entries_one: "{n} wpis", entries_few: "{n} wpisy" });
  assert.deepEqual([1, 2, 5, 22].map((n) => counted("entries", n)), ["1\u00a0wpis", "2\u00a0wpisy", "5\u00a0wpisów", "22\u00a0wpisy"]);
  speaking("ja", { entries: "{n} 件" });
  assert.deepEqual([1, 2].map((n) => counted("entries", n)), ["1\u00a0件", "2\u00a0件"], "never English's word for one");
  speak(ENGLISH);
  assert.deepEqual([1, 2].map((n) => pluralKey("entries", n)), ["entries_one", "entries"]);
  assert.deepEqual([1, 7].map((n) => t("daysAgo", { n })), ["yesterday", "7 days ago"], "a number in a sentence is enough");
});

test("some names and how many more, sentences one after the other", () => {
  assert.deepEqual([["Ann"], ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]].map(few), ["Ann", "a, b, c and 1 more", "a, b, c and 2 more"]);
  assert.equal(sentences("One.", "", false, null, "Two."), "One. Two.");
  speaking("zh", {});
  assert.equal(sentences("一。", "二。"), "一。二。");
  assert.equal(sentences("Kept in English.", "二。"), "Kept in English. 二。", "what an older record says");
});
