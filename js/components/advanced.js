/** The folded advanced options: the trainer's own names, plain tooltips, the preset's value as placeholder. */

import { field, h } from "../lib/dom.js";
import { t } from "../locales/words.js";

const OPEN_KEY = "isengard.advanced";
const FIELDS = [
  ["steps", "overrideSteps", Number],
  ["rank", "overrideRank", Number],
  ["alpha", "overrideAlpha", Number],
  ["learning_rate", "overrideRate", Number],
  ["resolution", "overrideResolution", (text) => text.split(",").map(Number)],
  ["save_every", "overrideSave", Number],
  ["seed", "overrideSeed", Number],
];

/** `values()` holds only what was filled in. */
export function advancedFields(changed, { memory = globalThis.localStorage } = {}) {
  const inputs = {};
  const element = h("details", { class: "isen-fold", on: { toggle: () => memory?.setItem(OPEN_KEY, element.open ? "1" : "") } },
    h("summary", { text: t("advanced"), "data-testid": "isen-advanced" }));
  element.open = memory?.getItem(OPEN_KEY) === "1";
  const grid = h("div", { class: "isen-grid" });
  for (const [name, key] of FIELDS) {
    inputs[name] = h("input", { type: "text", inputmode: "decimal", "data-testid": `isen-override-${name}`, on: { input: changed } });
    grid.append(field(t(key), inputs[name], t(`${key}Hint`)));
  }
  element.append(grid);
  return {
    element,
    values() {
      const filled = FIELDS.filter(([name]) => inputs[name].value.trim());
      return Object.fromEntries(filled.map(([name, , read]) => [name, read(inputs[name].value.trim())]));
    },
    defaults(preset) {
      for (const [name] of FIELDS) {
        const value = preset?.[name];
        inputs[name].placeholder = value === undefined ? "" : t("fromPreset", { value: Array.isArray(value) ? value.join(", ") : value });
      }
    },
  };
}
