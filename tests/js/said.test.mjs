/** What the server says, in the panel's language: templates are looked up by their English, values written by the reader's region. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, test } from "node:test";

import { ApiError, ours } from "../../js/data/api.js";
import { explained, said, saidEach } from "../../js/lib/said.js";
import { ENGLISH, speak } from "../../js/locales/words.js";

const GERMAN = {
  code: "de", dir: "ltr",
  panel: { notDone: "ComfyUI hat nicht geantwortet.", size_GB: "{n} GB", spanMinutes: "{n} Min.", state_running: "läuft" },
  server: { "{free} are free.": "{free} sind frei.", "Balanced": "Ausgewogen", "Free some space.": "Schaffe Platz.", "{name} has {n} photos.": "{name} hat {n} Fotos.", "Because {why}": "Weil {why}", "it is old.": "es alt ist." },
};
const template = (text, values = {}) => ({ message: "the English of it", hint: "", said: { message: { text, values } } });

afterEach(() => speak(ENGLISH));

test("a sentence's gaps are filled in the panel's language, whatever stands in them", () => {
  speak(GERMAN);
  const rows = [
    [template("{free} are free.", { free: { bytes: 1.5e9 } }), "1,5\u00a0GB sind frei."],
    [template("{free} are free.", { free: { memory: 9.5 * 2 ** 30 } }), "9,5\u00a0GB sind frei."],
    [template("{free} are free.", { free: { seconds: 300 } }), "5\u00a0Min. sind frei."],
    [template("{free} are free.", { free: { fixed: "0.50" } }), "0,50 sind frei."],
    [template("{free} are free.", { free: { list: ["a", "b", "c"] } }), "a, b, c sind frei."],
    [template("{free} are free.", { free: { moment: "2026-12-29T12:00:00" } }), "29.12.2026, 12:00 sind frei."],
    [template("{free} are free.", { free: { state: "running" } }), "läuft sind frei."],
    [template("{free} are free.", { free: { state: "hatching" } }), "hatching sind frei.", "a state of a newer server"],
    [template("{free} are free.", { free: { of_a_newer_server: 1 } }), " sind frei."],
    [template("{name} has {n} photos.", { name: "Balanced", n: 1204 }), "Balanced hat 1.204 Fotos.", "a name is no word"],
    [template("{name} has {n} photos.", { name: "{n}", n: 0.25 }), "{n} hat 0,25 Fotos.", "what stands in braces in a value stays"],
    [template("Because {why}", { why: { text: "it is old.", values: {} } }), "Weil es alt ist."],
    [template("{sentence1} {sentence2}", { sentence1: { text: "Free some space.", values: {} }, sentence2: { text: "{free} are free.", values: { free: { bytes: 2e9 } } } }), "Schaffe Platz. 2,0\u00a0GB sind frei."],
    [template("Nobody has said {what}.", { what: "this" }), "Nobody has said this."],
  ];
  for (const [thing, expected, why] of rows) assert.equal(said(thing, "message"), expected, why);
});

test("what has no gaps is its own template, and what is older or foreign is shown as it is", () => {
  speak(GERMAN);
  assert.deepEqual([said({ label: "Balanced" }, "label"), said({ label: "Mine" }, "label"), said(null, "message"), said({ hint: null }, "hint")], ["Ausgewogen", "Mine", "", ""]);
  assert.equal(explained({ message: "It stopped.", hint: "Free some space." }), "It stopped. Schaffe Platz.");
  assert.deepEqual(saidEach({ warnings: ["Balanced", "?"], said: { "warnings.1": { text: "{free} are free.", values: { free: { bytes: 1e9 } } } } }, "warnings"), ["Ausgewogen", "1,0\u00a0GB sind frei."]);
});

test("an error in the panel's own words is said in the language of the moment", () => {
  const error = new ApiError(0, ours("offline", "notDone"));
  assert.equal(said(error, "message"), "ComfyUI didn't respond.");
  speak(GERMAN);
  assert.equal(said(error, "message"), "ComfyUI hat nicht geantwortet.");
});

test("nothing of the panel shows a message, hint, label or description of the server but by said()", () => {
  const folder = new URL("../../js/", import.meta.url);
  const shown = /(?<!\bthis|\bcontent|\))\??\.(?:message|hint|label|description|why_not|good_at|terms|pace_words|detail)\b(?!\s*[=(])/;
  // what speaks itself: the making of errors, what is sent to the log, advice looked for in English, elements and options of the panel's own
  const own = new Map([["lib/said.js", 9], ["data/api.js", 9], ["data/log.js", 9], ["components/shared/restart.js", 1], ["components/training/sample_strip.js", 1], ["components/looking/selecting.js", 1], ["components/characters/selection/gestures.js", 1]]);
  const found = [];
  for (const name of readdirSync(folder, { recursive: true }).map((one) => one.replaceAll("\\", "/"))) {
    if (!name.endsWith(".js") || name.startsWith("locales/")) continue;
    const lines = readFileSync(new URL(name, folder), "utf8").replace(/\/\*\*.*?\*\//gs, "").split("\n").filter((line) => shown.test(line.replace(/\/\/ .*/, "")));
    if (lines.length > (own.get(name) ?? 0)) found.push(...lines.map((line) => `${name}: ${line.trim().slice(0, 160)}`));
  }
  assert.deepEqual(found, []);
});
