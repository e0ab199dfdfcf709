/** How thorough: one card for each preset, with about how long it takes. */

import { h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { about, bytes, counted, dotted, videoMemory } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

export class PresetChoice {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.value = "balanced";
    /** @type {Isengard.Preset[]} */
    this.items = [];
    this.element = h("div", { class: "isen-presets", role: "radiogroup", "aria-label": t("preset") });
  }

  get chosen() {
    return this.items.find((preset) => preset.name === this.value);
  }

  /** @param {Isengard.Preset[]} items */
  show(items) {
    this.items = items;
    if (!this.chosen) this.value = items[Math.floor((items.length - 1) / 2)]?.name ?? "";
    fill(this.element, items, () => items.map((preset) => this.#card(preset)));
  }

  /** @param {Isengard.Preset} preset */
  #card(preset) {
    const chosen = () => {
      this.value = preset.name;
      this.changed();
    };
    const time = preset.estimate_s === null ? t("seconds") : about(preset.estimate_s);
    return h("label", { class: "isen-card isen-preset" },
      h("input", { type: "radio", name: "isen-preset", value: preset.name, checked: preset.name === this.value, "data-testid": `isen-preset-${preset.name}`, on: { change: chosen } }),
      h("span", { class: "isen-grow isen-stack-tight" },
        h("span", { class: "isen-row" }, h("strong", { class: "isen-grow", text: said(preset, "label") }), h("span", { text: time })),
        h("small", { text: said(preset, "description") }),
        h("small", { class: "isen-muted", title: t("word_step"), text: needs(preset) })));
  }
}

/** "1,400 steps · about 24 GB video memory · 0.4 GB disk · time as measured here" @param {Isengard.Preset} preset */
function needs({ steps, estimate_s: time, vram_bytes: vram, disk_bytes: disk, learned }) {
  const real = time === null ? [] : [t("needsVram", { size: videoMemory(vram) }), t("needsDisk", { size: bytes(disk) }), learned && t("timeLearned")];
  return dotted([counted("steps", steps), ...real]);
}
