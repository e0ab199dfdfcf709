/** What holds for every file of the panel: each can be loaded by itself, and all are joined into one. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import en from "../../js/locales/en.js";
import { ENGLISH, speak, t } from "../../js/locales/words.js";
import { installDocument } from "./fake_dom.mjs";

const ROOT = new URL("../../js/", import.meta.url);
const FILES = readdirSync(ROOT, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
const MODULES = FILES.filter((name) => name.endsWith(".js"));
const SOURCES = Object.fromEntries(MODULES.map((name) => [name, readFileSync(new URL(name, ROOT), "utf8")]));
/** These know ComfyUI's page; all others know what `Isengard.Frontend` says. */
const AT_COMFYUI = new Set(MODULES.filter((name) => name === "frontend.js" || /^comfy\w*\.js$/.test(name)));
/** Begins as soon as it is loaded. */
const START = "isengard.js";
const CODE = Object.fromEntries(MODULES.map((name) => [name, SOURCES[name].replaceAll(/\/\*\*[^]*?\*\/|^ *\/\/.*$/gm, "")]));

test("every module can be loaded and does nothing by being loaded", async () => {
  const page = installDocument();
  const touched = [];
  globalThis.document = new Proxy(page, { get: (target, name) => (touched.push(name), target[name]) });
  globalThis.customElements = { define: (name) => touched.push(name), get: () => undefined };
  for (const name of MODULES) if (name !== START) await import(new URL(name, ROOT));
  assert.deepEqual(touched, []);
});

test("only the adapters know ComfyUI's page, whatever its release", () => {
  assert.deepEqual([...AT_COMFYUI].sort(), ["comfy.js", "comfy_canvas.js", "comfy_capabilities.js", "comfy_lists.js", "comfy_sdk.js", "comfy_sdk_canvas.js", "comfy_sdk_memory.js", "comfy_title.js", "frontend.js"]);
  const knowing = /\/scripts\/|comfyAPI|extensionManager|LiteGraph|(?:globalThis|window)\.(?:app|comfy)\b|__COMFYUI_|electronAPI|registerExtension/;
  assert.deepEqual(MODULES.filter((name) => !AT_COMFYUI.has(name) && knowing.test(CODE[name])), []);
  const asking = /from "[./]*\/(?:comfy\w*)\.js"/;
  assert.deepEqual(MODULES.filter((name) => !AT_COMFYUI.has(name) && asking.test(CODE[name])), []);
  assert.deepEqual(MODULES.filter((name) => CODE[name].includes("/frontend.js\"")), [START]);
});

test("nobody looks for anything in ComfyUI's DOM", () => {
  for (const name of MODULES) assert.doesNotMatch(CODE[name], /document\.(?:querySelector|getElement|elements?FromPoint|head|forms|images)|\.comfy-|graph-canvas/, name);
  const adding = MODULES.filter((name) => CODE[name].includes("document.body."));
  assert.deepEqual(adding, ["comfy.js"], "its own dialog over the page, taken out again");
});

test("all imports are relative, with their ending, and exist", () => {
  for (const [name, source] of Object.entries(SOURCES)) {
    for (const [, target] of source.matchAll(/(?:from|import) "([^"]+)"/g)) {
      assert.match(target, /^\.{1,2}\/.+\.js$/, name);
      const path = new URL(target, new URL(name, ROOT)).pathname;
      assert.ok(MODULES.some((known) => path.endsWith(`/js/${known}`)), `${name}: ${target}`);
    }
  }
});

test("addresses of the API stand in one folder", () => {
  const elsewhere = MODULES.filter((name) => !name.startsWith("data/resources/") && name !== "data/api.js");
  for (const name of elsewhere) {
    const code = SOURCES[name].replaceAll(/\/\*\*[^]*?\*\//g, "");
    assert.doesNotMatch(code, /["`]\/(characters|training|generations|recipes|session|settings|logs|health|events|comfyui|styles|likeness|diagnostics|recoveries)\b/, name);
    assert.doesNotMatch(code, /\bapi\.(get|post|patch|delete|send|comfy|url)\(/, name);
  }
});

test("what a drag brings is asked at one place, which knows our own pictures", () => {
  assert.deepEqual(MODULES.filter((name) => CODE[name].includes('types.includes("Files")')), ["lib/files.js"]);
});

test("no form can be sent twice", () => {
  const others = MODULES.filter((name) => /on: \{[^}]*\bsubmit: (?!sends\()/.test(CODE[name]));
  assert.deepEqual(others, ["components/images/image_form.js"], "whose button is busy meanwhile");
});

test("no text is ever parsed as HTML", () => {
  for (const [name, source] of Object.entries(SOURCES)) {
    assert.doesNotMatch(source, /(inner|outer)HTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/, name);
  }
});

const WORDS = MODULES.filter((name) => !name.startsWith("locales/en")).map((name) => SOURCES[name]).join("\n");
/** Keys that are put together, `t(\`state_${state}\`)`, and those that belong to another one, `t(\`${key}Hint\`)`. */
const MADE = [...WORDS.matchAll(/`(\w*)\$\{[^{}]+\}(\w*)`/g)];
const HEADS = new Set(MADE.map(([, head]) => head).filter(Boolean));
const TAILS = new Set(["_one", ...MADE.filter(([, head, tail]) => !head && tail).map(([, , tail]) => tail)]); // `_one`: pluralKey's

/** Names of fields in a table, `const NUMBERS = { guidance: … }`, which are asked for by `t(name)`. */
const TABLES = [...WORDS.matchAll(/const [A-Z]+ = (\{[^;]*\});/g)].map(([, table]) => table).join("\n");
const NAMES = new Set([...TABLES.matchAll(/\b(\w+): /g)].map(([, name]) => name));

const isNamed = (key) => WORDS.includes(`"${key}"`) || NAMES.has(key);

function isUsed(key) {
  if (isNamed(key) || [...HEADS].some((head) => key.startsWith(head))) return true;
  return [...TAILS].some((tail) => key.endsWith(tail) && isNamed(key.slice(0, -tail.length)));
}

test("every word that is asked for is in the catalogue", () => {
  const asked = [...WORDS.replace(/^ *\/?\*.*$/gm, "").matchAll(/\bt\("(\w+)"/g)].map(([, key]) => key);
  assert.ok(asked.length > 100);
  assert.deepEqual([...new Set(asked)].filter((key) => !(key in en)), []);
});

test("every word of the catalogue is used", () => {
  assert.deepEqual(Object.keys(en).filter((key) => !isUsed(key)), []);
});

test("all states and phases of the server have words", () => {
  for (const state of ["queued", "preparing", "running", "pausing", "paused", "cancelling", "interrupted", "completed", "failed", "cancelled"]) {
    assert.notEqual(t(`state_${state}`), `state_${state}`);
  }
});

test("the tone: no shouting, no begging, no jokes in errors", () => {
  for (const [key, sentence] of Object.entries(en)) assert.doesNotMatch(sentence, /!|\bplease\b|\boops\b|\bsorry\b/i, key);
});

test("gaps are filled, unknown ones stay, and another language falls back to English", () => {
  assert.equal(t("train", { name: "<b>Anna" }), "Train <b>Anna");
  assert.equal(t("templateHint"), en.templateHint);
  speak({ code: "de", dir: "ltr", panel: { train: "{name} trainieren" }, server: {} });
  assert.equal(t("train", { name: "Anna" }), "Anna trainieren");
  assert.equal(t("settings"), en.settings);
  speak(ENGLISH);
});
