/** The panel's styles in other browsers than Chromium: what is drawn by a browser's own part has a rule for each browser's. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../js/styles/", import.meta.url);
const SHEETS = readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")]);
/** What Chromium and Safari call it, and what Firefox does. */
const TWINS = {
  "progress::-webkit-progress-value": "progress::-moz-progress-bar",
  "meter::-webkit-meter-optimum-value": "meter:-moz-meter-optimum::-moz-meter-bar",
  "meter::-webkit-meter-suboptimum-value": "meter:-moz-meter-sub-optimum::-moz-meter-bar",
  "meter::-webkit-meter-even-less-good-value": "meter:-moz-meter-sub-sub-optimum::-moz-meter-bar",
};
/** What a selector is given, without spaces. @param {string} sheet @param {string} part */
const given = (sheet, part) => [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, selector]) => selector.trim().endsWith(part)).map(([, , rules]) => rules.trim());

test("bars have their colours in Firefox, too", () => {
  for (const [name, sheet] of SHEETS) {
    for (const [here, there] of Object.entries(TWINS)) assert.deepEqual(given(sheet, there).at(-1), given(sheet, here).at(-1), `${name}: ${here}`);
  }
  assert.ok(SHEETS.some(([, sheet]) => given(sheet, "meter::-webkit-meter-optimum-value").length));
});

test("no part of a browser's own stands within :is(), where none is found", () => {
  for (const [name, sheet] of SHEETS) assert.doesNotMatch(sheet, /:(?:is|where)\([^)]*::/, name);
});

test("the panel names the colours of its scrollbars", () => {
  assert.match(SHEETS.find(([name]) => name === "panel.css")[1], /\.isen-panel \{[^}]*scrollbar-color:/);
});
