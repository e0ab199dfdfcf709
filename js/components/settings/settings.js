/** Help with the words, settings (and where each value comes from), folders, and what to send with a bug report. */

import { button, field, h, icon } from "../../lib/dom.js";
import { inRow } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { FaceModels } from "./face_models.js";
import { FolderList } from "../help/folder_list.js";
import { guardChoice } from "./guard_choice.js";
import { helpLinks, openHelp } from "../help/help_dialog.js";
import { openReport } from "../help/report_dialog.js";
import { LanguageChoice } from "./language_choice.js";
import { LikenessMeter } from "../comparing/likeness_meter.js";
import { LogViewer } from "./log_viewer.js";
import { SettingValues } from "./setting_values.js";
import { modeChoice } from "../shared/mode_choice.js";
import { notifyChoice, titleChoice } from "./notify_choice.js";
import { PictureMark } from "./picture_mark.js";
import { PracticeLeft } from "../first_hour/practice.js";
import { DiskSpace } from "../storage/disk_space.js";
import { View } from "../shared/view.js";

const WORDS = ["lora", "trigger", "step", "checkpoint", "rank", "rate", "held", "likeness"];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"];

export class IsenSettings extends View {
  /** @type {SettingValues} */ kept;
  /** @type {HTMLDivElement} */ values;
  /** Built once. @type {{level: HTMLSelectElement, language: LanguageChoice, token: HTMLInputElement} | null} */ controls = null;
  /** @type {HTMLDivElement} */ mode;
  /** @type {PracticeLeft} */ left;
  /** @type {HTMLDivElement} */ guard;
  /** @type {HTMLDivElement} */ written;
  /** @type {LikenessMeter} */ meter;
  /** @type {FaceModels} */ models;
  /** @type {PictureMark} */ mark;
  /** @type {LogViewer} */ log;
  /** @type {FolderList | undefined} */ folders;
  /** @type {DiskSpace} */ disk;
  /** @type {string | undefined} */ start;

  build() {
    this.className = "isen-stack";
    this.kept = new SettingValues(this.store, (settings) => this.#show(settings));
    this.values = h("div", { class: "isen-stack" }, h("p", { class: "isen-muted", role: "status", text: t("loading") }));
    this.mode = h("div", { class: "isen-through" });
    this.left = new PracticeLeft(this);
    this.guard = h("div", { class: "isen-through" });
    this.written = h("div", { class: "isen-stack" });
    this.meter = new LikenessMeter(this.store, { removable: true });
    this.models = new FaceModels(this.store, (names) => this.#save("face_models", names));
    this.mark = new PictureMark((name, value) => this.#save(name, value));
    this.disk = new DiskSpace(this);
    this.log = new LogViewer(this.store, this.route.log);
    this.append(h("h2", { tabindex: -1, text: t("settings") }), this.#help(), this.#words(), this.values, this.#notify(), this.#trainer(), this.#likeness(), this.disk.element, this.mark.element, this.log.element, this.#report());
    this.kept.load().then(() => this.controls || this.values.replaceChildren());
    this.meter.ask();
    if (this.route.storage) requestAnimationFrame(() => this.disk.open());
    else this.disk.load();
  }

  online() {
    this.kept.load();
    this.meter.ask();
    this.disk.load();
    this.folders?.load();
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const start = [state.health?.boot_id, state.health?.next_mode].join();
    if (this.controls && start !== this.start) this.kept.load();
    this.start = start;
    this.left.show(state);
    this.meter.show(state);
    this.models.show(state);
    this.disk.show(state);
  }

  #help() {
    const { panel } = this;
    if (!panel) return "";
    return h("section", { class: "isen-card isen-stack-tight" }, h("h3", { text: t("help") }), helpLinks(),
      h("div", { class: "isen-row" }, button(t("helpShortcuts"), () => openHelp(panel), { icon: "question-circle", title: t("helpShortcutsHint"), testid: "isen-shortcuts" })));
  }

  #folders() {
    this.folders = new FolderList(this.store);
    this.folders.load();
    return h("section", { class: "isen-card isen-stack" }, h("h3", { text: t("foldersTitle") }), this.folders.element);
  }

  #words() {
    const entries = WORDS.flatMap((word) => [h("dt", { text: t(`term_${word}`) }), h("dd", { text: t(`word_${word}`) })]);
    return h("details", { class: "isen-card isen-fold" }, h("summary", { text: t("helpTitle") }), h("dl", { class: "isen-terms" }, ...entries));
  }

  #notify() {
    const choice = notifyChoice(this.panel?.notices);
    return h("section", { class: "isen-card isen-stack" }, ...choice, choice.length > 0 && h("small", { class: "isen-muted", text: t("notifyHint") }), titleChoice(this.store));
  }

  #trainer() {
    return h("section", { class: "isen-card isen-row" }, h("h3", { class: "isen-grow", text: t("setupTitle") }),
      button(t("openSetup"), () => this.store.go({ tab: "training", setup: true }), { testid: "isen-open-trainer" }));
  }

  #likeness() {
    return h("section", { class: "isen-card isen-stack" }, h("h3", { text: t("meterTitle") }), this.meter.element, this.models.element);
  }

  #report() {
    const { panel } = this;
    const { health } = this.store.state;
    const tell = panel ? button(t("reportTell"), () => openReport(panel), { icon: "flag", testid: "isen-report-problem" }) : "";
    const link = h("a", { class: "isen-button", href: this.store.api.system.diagnosticsUrl(this.panel?.frontend?.report()), download: "isengard-diagnostics.zip", "data-testid": "isen-diagnostics" }, icon("download"), t("diagnostics"));
    return h("section", { class: "isen-card isen-stack" }, h("h3", { text: t("reportTitle") }), h("p", { class: "isen-muted", text: t("diagnosticsHint") }),
      h("div", { class: "isen-row" }, tell, link), health && h("small", { class: "isen-muted", text: t("versionIs", { n: health.version, comfyui: health.comfyui || "?" }) }));
  }

  /** @param {Isengard.Settings} settings */
  #show(settings) {
    const { items } = settings;
    const mode = items.find((item) => item.name === "mode");
    fill(this.mode, mode, () => mode && modeChoice(mode, (name, value) => this.#save(name, value)));
    const guard = items.find((item) => item.name === "guard_comfyui");
    fill(this.guard, guard, () => guardChoice(this.store, guard, (name, value) => this.#save(name, value)));
    fill(this.written, items, () => this.#written(items));
    if (!this.controls) this.values.replaceChildren(this.mode, this.left.element, this.guard, this.#editable(), this.#folders(), this.written);
    this.models.choose(items.find((item) => item.name === "face_models"));
    this.mark.show(settings);
    this.#fill(items);
  }

  /** @param {Isengard.Setting[]} items */
  #written(items) {
    const rows = items.map((item) => h("tr", {}, h("th", { scope: "row", text: item.name }), h("td", { text: valueWords(item) || "–" }), h("td", { class: "isen-muted", text: item.source })));
    const open = this.written.querySelector("details")?.open;
    return [
      h("details", { class: "isen-card isen-fold", open }, h("summary", { text: t("valuesTitle") }), h("div", { class: "isen-scroll" }, h("table", { class: "isen-table" }, ...rows))),
    ];
  }

  /** @param {string} name @param {string} value */
  async #save(name, value) {
    const kept = await this.kept.save(name, value);
    if (kept && ["language", "mode"].includes(name)) this.store.refresh();
    return kept;
  }

  /** Built once: an answer on its way must not take away what is being typed, nor a button that is being pressed. */
  #editable() {
    /** @type {HTMLSelectElement} */
    const level = h("select", { "data-testid": "isen-setting-log_level", on: { change: () => this.#save("log_level", level.value) } },
      ...LEVELS.map((text) => h("option", { value: text, text })));
    const language = new LanguageChoice(this.store, (code) => this.#save("language", code));
    const token = h("input", { type: "password", autocomplete: "off", "data-testid": "isen-hf-token" });
    this.controls = { level, language, token };
    return h("section", { class: "isen-card isen-stack" }, field(t("hfToken"), token, t("hfTokenHint")),
      h("div", { class: "isen-row" }, button(t("save"), () => this.#saveToken(), { testid: "isen-save-token" })),
      field(t("language"), language.box, t("languageHint")), field(t("logLevel"), level, t("logLevelHint")));
  }

  async #saveToken() {
    if (!this.controls) return;
    const { token } = this.controls;
    const typed = token.value.trim();
    if (!typed) return token.focus();
    if (await this.#save("hf_token", typed) && token.value.trim() === typed) token.value = "";
  }

  /** @param {Isengard.Setting[]} items */
  #fill(items) {
    /** @param {string} name */
    const valueOf = (name) => items.find((item) => item.name === name)?.value;
    if (!this.controls) return;
    const { token, level, language } = this.controls;
    level.value = String(valueOf("log_level"));
    language.show(String(valueOf("language")));
    token.placeholder = t(valueOf("hf_token") ? "isSet" : "notSet");
  }
}

/** @param {Isengard.Setting} setting */
function valueWords({ value, secret }) {
  if (secret) return t(value ? "isSet" : "notSet");
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return t(value ? "on" : "off");
  if (Array.isArray(value)) return inRow(value);
  return typeof value === "object" ? inRow(Object.keys(value)) : String(value);
}
