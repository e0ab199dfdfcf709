/** Settings (where each value comes from), folders, and what the words mean. */

import { field, h } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { View } from "./view.js";

const WORDS = ["lora", "trigger", "step", "checkpoint", "rank", "rate", "held", "likeness"];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"];

export class IsenSettings extends View {
  build() {
    this.className = "isen-stack";
    this.values = h("div", { class: "isen-stack" });
    this.append(
      h("section", { class: "isen-card" }, h("h3", { text: t("helpTitle") }), h("ul", { class: "isen-list" }, ...WORDS.map((word) => h("li", { text: t(`word_${word}`) })))),
      this.values);
    this.#load();
  }

  async #load() {
    const answer = await this.store.attempt(() => this.store.api.get("/settings"));
    if (answer) this.#show(answer);
  }

  #show({ items, folders }) {
    const value = (item) => (item.secret ? t(item.value ? "isSet" : "notSet") : String(Array.isArray(item.value) ? item.value.join(", ") : item.value));
    const rows = items.map((item) => h("tr", {}, h("th", { scope: "row", text: item.name }), h("td", { text: value(item) || "–" }), h("td", { class: "isen-muted", text: item.source })));
    const save = (name, input) => async () => {
      const changed = await this.store.attempt((id) => this.store.api.patch("/settings", { [name]: input.value }, id));
      if (changed) this.#show(changed);
    };
    const level = h("select", {}, ...LEVELS.map((text) => h("option", { value: text, text, selected: items.find((item) => item.name === "log_level")?.value === text })));
    level.addEventListener("change", save("log_level", level));
    const token = h("input", { type: "password", autocomplete: "off" });
    this.values.replaceChildren(
      h("section", { class: "isen-card isen-stack" }, field(t("logLevel"), level), field(t("hfToken"), token, t("hfTokenHint")), h("button", { text: t("save"), on: { click: save("hf_token", token) } })),
      h("section", { class: "isen-card" }, h("h3", { text: t("foldersTitle") }), ...Object.values(folders).map((folder) => h("p", { class: "isen-wrap", text: folder }))),
      h("section", { class: "isen-card" }, h("h3", { text: t("valuesTitle") }), h("div", { class: "isen-scroll" }, h("table", { class: "isen-table" }, ...rows))));
  }
}
