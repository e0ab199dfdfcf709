/** Starting a training: who, how thorough, on which model; everything else is folded away. */

import { ApiError } from "../api.js";
import { fill, field, h, icon } from "../lib/dom.js";
import { about, count } from "../lib/format.js";
import { t } from "../locales/words.js";
import { advancedFields } from "./advanced.js";
import { View } from "./view.js";

const CHECK_AFTER_MS = 250;

export class IsenTrain extends View {
  build() {
    this.className = "isen-stack";
    this.preset = "balanced";
    this.who = h("select", { "data-testid": "isen-person", on: { change: () => this.#changed() } });
    this.family = h("select", { "data-testid": "isen-family", on: { change: () => this.#changed() } });
    this.base = h("select", { on: { change: () => this.#check() } });
    this.baseField = field(t("baseFile"), this.base);
    this.presets = h("div", { class: "isen-stack", role: "radiogroup", "aria-label": t("preset") });
    this.advanced = advancedFields(() => this.#check());
    this.findings = h("ul", { class: "isen-findings", role: "status", "aria-live": "polite", "data-testid": "isen-findings" });
    this.start = h("button", { class: "isen-primary isen-wide", text: t("startTraining"), disabled: true, "data-testid": "isen-start-training", on: { click: () => this.#start() } });
    this.append(
      h("div", { class: "isen-row" },
        h("button", { class: "isen-icon", "aria-label": t("back"), title: t("back"), on: { click: () => this.store.go({ tab: "training" }) } }, icon("chevron-left")),
        h("h3", { class: "isen-grow", text: t("whoToTrain") })),
      field(t("person"), this.who), this.presets, field(t("model"), this.family, t("modelHint")), this.baseField,
      this.advanced.element, this.findings, this.start);
  }

  update(state) {
    const people = state.characters.filter((known) => known.photo_count);
    fill(this.who, people.map((known) => [known.id, known.name]), () =>
      people.length ? people.map((known) => h("option", { value: known.id, text: known.name })) : [h("option", { value: "", text: t("noOneToTrain") })]);
    fill(this.family, state.families.map((known) => [known.key, known.base_models]), () => {
      setTimeout(() => this.#preselect(state), 0);
      return state.families.map((known) => h("option", { value: known.key, text: known.status === "experimental" ? `${known.label} (${t("experimental")})` : known.label }));
    });
  }

  #preselect(state) {
    if (this.route.train !== "?") this.who.value = this.route.train;
    const known = state.families.find((family) => family.base_models.length) ?? state.families.find((family) => family.key === "sd15");
    if (known) this.family.value = known.key;
    this.#changed();
  }

  async #changed() {
    const family = this.store.state.families.find((known) => known.key === this.family.value);
    if (!family) return;
    fill(this.base, [family.key, family.base_models], () => [
      h("option", { value: "", text: t("baseAuto") }), ...family.base_models.map((name) => h("option", { value: name, text: name })),
    ]);
    this.baseField.hidden = family.base_models.length < 2;
    const photos = this.store.state.characters.find((known) => known.id === this.who.value)?.photo_count ?? 20;
    const answer = await this.store.attempt(() => this.store.api.get(`/training/presets?family=${family.key}&photos=${photos}`));
    if (!answer) return;
    fill(this.presets, answer.items, () => answer.items.map((preset) => this.#card(preset)));
    this.advanced.defaults(answer.items.find((preset) => preset.name === this.preset));
    this.#check();
  }

  #card(preset) {
    const input = h("input", {
      type: "radio", name: "isen-preset", value: preset.name, checked: preset.name === this.preset, "data-testid": `isen-preset-${preset.name}`,
      on: { change: () => { this.preset = preset.name; this.advanced.defaults(preset); this.#check(); } },
    });
    const time = preset.estimate_s === null ? t("seconds") : about(preset.estimate_s);
    return h("label", { class: "isen-card isen-preset" }, input,
      h("span", { class: "isen-grow" }, h("strong", { text: preset.label }), h("small", { class: "isen-muted", text: preset.description })),
      h("small", { class: "isen-right", text: `${time}\n${t("steps", { n: count(preset.steps) })}` }));
  }

  #request() {
    return {
      character_id: this.who.value, family: this.family.value, preset: this.preset,
      base_model: this.base.value || null, overrides: this.advanced.values(),
    };
  }

  /** Ask what would stop it, shortly after the last change. */
  #check() {
    clearTimeout(this.timer);
    this.start.disabled = true;
    if (!this.who.value) return;
    this.timer = setTimeout(async () => {
      try {
        this.#show(await this.store.api.post("/training/preflight", this.#request()));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#show({ ok: false, findings: [{ severity: "error", message: `${error.message} ${error.hint}` }] });
      }
    }, CHECK_AFTER_MS);
  }

  #show({ ok, findings, plan }) {
    const marks = { error: "times-circle", warning: "exclamation-triangle", info: "info-circle" };
    const lines = findings.map((finding) => h("li", { class: `isen-${finding.severity}-line` }, icon(marks[finding.severity]), h("span", { text: finding.message })));
    if (ok) {
      const text = t("readyToTrain", { photos: plan.photos, held: plan.held_out, steps: count(plan.steps) });
      lines.push(h("li", {}, icon("check-circle"), h("span", { text })));
    }
    this.findings.replaceChildren(...lines);
    this.start.disabled = !ok;
  }

  async #start() {
    this.start.disabled = true;
    const job = await this.store.attempt((id) => this.store.api.post("/training/jobs", this.#request(), id));
    this.start.disabled = false;
    if (this.store.keepJob(job)) this.store.go({ tab: "training", job: job.id });
  }
}
