/** Help with the words, settings (and where each value comes from), folders, and what to send with a bug report. */

import { button, field, h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { View } from "./view.js";

const WORDS = ["lora", "trigger", "step", "checkpoint", "rank", "rate", "held", "likeness"];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"];

export class IsenSettings extends View {
  build() {
    this.className = "isen-stack";
    this.values = h("div", { class: "isen-stack" });
    this.append(h("h2", { tabindex: -1, text: t("settings") }), this.#words(), this.values, this.#trainer(), this.#report());
    this.#load();
  }

  #words() {
    const entries = WORDS.flatMap((word) => [h("dt", { text: t(`term_${word}`) }), h("dd", { text: t(`word_${word}`) })]);
    return h("details", { class: "isen-card isen-fold" }, h("summary", { text: t("helpTitle") }), h("dl", { class: "isen-terms" }, ...entries));
  }

  #trainer() {
    return h("section", { class: "isen-card isen-row" }, h("h3", { class: "isen-grow", text: t("setupTitle") }),
      button(t("openSetup"), () => this.store.go({ tab: "training", setup: true }), { testid: "isen-open-trainer" }));
  }

  #report() {
    const { health } = this.store.state;
    const link = h("a", { class: "isen-button", href: this.store.api.url("/diagnostics"), download: "isengard-diagnostics.json", "data-testid": "isen-diagnostics" }, icon("download"), t("diagnostics"));
    return h("section", { class: "isen-card isen-stack" }, h("h3", { text: t("reportTitle") }), h("p", { class: "isen-muted", text: t("diagnosticsHint") }),
      h("div", { class: "isen-row" }, link), health && h("small", { class: "isen-muted", text: t("versionIs", { n: health.version, comfyui: health.comfyui || "?" }) }));
  }

  async #load() {
    const answer = await this.store.attempt(() => this.store.api.get("/settings"));
    if (answer) this.#show(answer);
  }

  #show({ items, folders }) {
    const named = Object.entries(folders).map(([name, folder]) => h("p", {}, h("small", { class: "isen-muted", text: t(`folder_${name}`) }), h("br"), h("code", { class: "isen-file", text: folder })));
    const rows = items.map((item) => h("tr", {}, h("th", { scope: "row", text: item.name }), h("td", { text: said(item) || "–" }), h("td", { class: "isen-muted", text: item.source })));
    this.values.replaceChildren(
      this.#editable(items),
      h("section", { class: "isen-card isen-stack" }, h("h3", { text: t("foldersTitle") }), ...named),
      h("details", { class: "isen-card isen-fold" }, h("summary", { text: t("valuesTitle") }), h("div", { class: "isen-scroll" }, h("table", { class: "isen-table" }, ...rows))));
  }

  #editable(items) {
    const save = async (name, value) => {
      const changed = await this.store.attempt((id) => this.store.api.patch("/settings", { [name]: value }, id));
      if (changed) this.#show(changed);
    };
    const current = items.find((item) => item.name === "log_level")?.value;
    const level = h("select", { on: { change: () => save("log_level", level.value) } }, ...LEVELS.map((text) => h("option", { value: text, text, selected: current === text })));
    const token = h("input", { type: "password", autocomplete: "off", placeholder: t(items.find((item) => item.name === "hf_token")?.value ? "isSet" : "notSet") });
    return h("section", { class: "isen-card isen-stack" }, field(t("hfToken"), token, t("hfTokenHint")),
      h("div", { class: "isen-row" }, button(t("save"), () => token.value.trim() && save("hf_token", token.value.trim()))),
      field(t("logLevel"), level, t("logLevelHint")));
  }
}

function said({ value, secret }) {
  if (secret) return t(value ? "isSet" : "notSet");
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? Object.keys(value).join(", ") : String(value);
}
