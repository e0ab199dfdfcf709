/** Starting a training: who, how thorough, on which model; everything else is folded away. */

import { ApiError } from "../../data/api.js";
import { button, field, h, say } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { kept, recalled } from "../../lib/memory.js";
import { counted } from "../../lib/format.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { AdvancedFields } from "./advanced.js";
import { ModelCards } from "../first_hour/model_cards.js";
import { PreparationNote } from "../first_hour/preparation.js";
import { offersPractice } from "../../data/first_hour/practice.js";
import { practiceOffer } from "../first_hour/practice.js";
import { Rail } from "../first_hour/rail.js";
import { LookChoice } from "./look_choice.js";
import { MemoryChoice } from "./memory_choice.js";
import { findingLine } from "./preflight_findings.js";
import { PersonPicker } from "../shared/person_picker.js";
import { PresetChoice } from "./presets.js";
import { StopChoice } from "./stop_choice.js";
import { View } from "../shared/view.js";

const CHECK_AFTER_MS = 250;
/** After so long it is said that something is on its way. */
const SLOW_MS = 1000;
/** What was filled in, until that training has started: a finding may lead away and back. */
const DRAFT_KEY = "isengard.train.form";

/** What was filled in. @typedef {{who: string, preset: string, trainer: string, family: string, way: string, base: string, advanced: Record<string, string>, stop: boolean | null}} Draft */

export class IsenTrain extends View {
  /** @type {PersonPicker} */ people;
  /** @type {PresetChoice} */ presets;
  /** @type {HTMLSelectElement} */ trainer;
  /** @type {HTMLDivElement} */ trainerField;
  /** Why one would choose it. @type {HTMLElement} */ trainerAbout;
  /** @type {ModelCards} */ family;
  /** How the family is trained: its routes. @type {HTMLSelectElement} */ way;
  /** @type {HTMLElement} */ wayAbout;
  /** @type {HTMLDivElement} */ wayField;
  /** @type {HTMLSelectElement} */ base;
  /** @type {HTMLDivElement} */ baseField;
  /** @type {LookChoice} */ looks;
  /** @type {AdvancedFields} */ advanced;
  /** @type {MemoryChoice} */ memory;
  /** @type {StopChoice} */ stop;
  /** @type {HTMLHeadingElement} */ heading;
  /** @type {HTMLElement} */ nobody;
  /** @type {HTMLUListElement} */ findings;
  /** @type {PreparationNote} */ preparation;
  /** @type {HTMLDivElement} */ practice;
  /** @type {HTMLButtonElement} */ alone;
  /** @type {Rail} */ rail;
  /** @type {HTMLButtonElement} */ start;
  /** @type {HTMLDivElement} */ form;
  /** What the findings rest on. @type {{families: Isengard.Family[], ready: string, person: Isengard.Character | undefined, start: string | undefined} | undefined} */ stood;

  /** Whether this machine can train; null until it was asked. @type {boolean | null} */ canTrain = null;
  /** What the training lacks. @type {Schema.TrainingPreparation | null} */ lacks = null;

  #checked = 0;
  #presetsAsked = 0;
  #timer = 0;
  #slow = 0;
  /** @type {Draft | null} */
  #draft = null;

  build() {
    this.className = "isen-stack";
    this.people = new PersonPicker(this.store, { label: t("person"), name: "isen-train-who", testid: "isen-person", changed: () => this.#changed() });
    this.presets = new PresetChoice(() => this.#adjusted());
    this.trainer = h("select", { "data-testid": "isen-trainer", on: { change: () => this.#changed() } });
    this.trainerField = field(t("trainer"), this.trainer, " ");
    this.trainerAbout = /** @type {HTMLElement} */ (this.trainerField.lastElementChild);
    this.family = new ModelCards(() => this.#changed());
    this.way = h("select", { "data-testid": "isen-route", on: { change: () => this.#changed() } });
    this.wayField = field(t("trainingRoute"), this.way, " ");
    this.wayAbout = /** @type {HTMLElement} */ (this.wayField.lastElementChild);
    this.base = h("select", { "data-testid": "isen-base", on: { change: () => this.#check() } });
    this.baseField = field(t("baseFile"), this.base);
    this.looks = new LookChoice(() => this.#check());
    this.advanced = new AdvancedFields(() => this.#check(), { remade: () => this.#changed() });
    this.stop = new StopChoice(() => this.#keep());
    this.memory = new MemoryChoice((options, before) => this.advanced.put(options, before));
    this.heading = h("h2", { class: "isen-grow isen-ellipsis", tabindex: -1, text: t("whoToTrain") });
    this.nobody = h("section", { class: "isen-card isen-stack", hidden: true }, h("p", { text: t("noOneToTrain") }),
      button(t("newCharacter"), () => this.store.go({ tab: "characters" }), { kind: "primary" }));
    this.findings = h("ul", { class: "isen-findings", "data-testid": "isen-findings" });
    this.preparation = new PreparationNote();
    this.practice = h("div", { class: "isen-through" });
    this.rail = new Rail(this.store);
    this.start = button(t("startTraining"), () => this.#start(), { kind: "primary isen-wide", disabled: true, testid: "isen-start-training" });
    this.alone = button(t("trainAlone"), () => this.#start(true), { kind: "link", hidden: true, testid: "isen-train-alone" });
    const back = button(t("back"), () => this.store.go({ tab: "training" }), { icon: "chevron-left", bare: true });
    this.form = h("div", { class: "isen-stack" },
      this.people.element, this.trainerField, this.presets.element, this.stop.element, this.family.element, this.wayField, this.looks.element, this.baseField,
      this.memory.element, this.advanced.element, h("footer", { class: "isen-foot" }, h("div", { class: "isen-found", role: "status" }, this.findings), this.preparation.element, this.practice, this.start, this.alone));
    this.append(h("div", { class: "isen-row isen-top" }, back, this.heading), this.rail.element, this.nobody, this.form);
    this.#restore(recalled(sessionStorage, DRAFT_KEY));
    this.#askMachine();
  }

  /** Which model suits this machine; an older server says nothing of it. */
  async #askMachine() {
    const answer = await this.store.ask(() => this.store.api.training.machine());
    this.canTrain = answer?.can_train ?? null;
    this.family.say(said(answer, "words"));
    this.update(/** @type {Isengard.Shown} */ (this.store.state));
  }

  online() {
    this.#askMachine();
    this.#changed();
  }

  /** That of somebody else is not taken over. @param {Draft | null} draft */
  #restore(draft) {
    if (!draft || !["?", draft.who].includes(this.route.train ?? "")) return;
    this.#draft = draft;
    this.people.choose(draft.who);
    this.presets.value = draft.preset;
    this.advanced.take(draft.advanced);
    this.stop.chosen = draft.stop ?? null;
  }

  #keep() {
    const [trainer, family, way] = [this.trainer, this.family, this.way].map(({ value }) => value);
    const base = this.#chosenBase;
    this.#draft = { who: this.people.value, preset: this.presets.value, trainer, family, way, base, advanced: this.advanced.draft, stop: this.stop.chosen };
    kept(sessionStorage, DRAFT_KEY, this.#draft);
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const people = state.characters.filter((known) => known.photo_count);
    this.nobody.hidden = people.length > 0;
    this.form.hidden = !people.length;
    const before = this.#asked;
    this.people.show(people, this.route.train);
    this.people.element.hidden = people.length === 1;
    const choices = trainers(state);
    fill(this.trainer, choices.map(({ name }) => name), () => choices.map((known) => h("option", { value: known.name, text: trainerName(known), selected: known.name === this.#draft?.trainer })));
    this.trainerField.hidden = choices.length < 2;
    this.#families(state);
    this.rail.show(this.person, state, "train");
    const offered = offersPractice(state, this.canTrain);
    fill(this.practice, offered, () => (offered ? practiceOffer(this.store) : []));
    const { models, others } = this.#moved(state);
    if (before !== this.#asked || !this.#presetsAsked || models) this.#changed();
    else if (others) this.#check();
  }

  /**
   * What was found rests on what may change elsewhere: a model has come, a trainer is set up, the person has other photos, ComfyUI has
   * started again.
   * @param {Isengard.Shown} state
   */
  #moved({ families, backends, health }) {
    const { person, stood } = this;
    const ready = backends.map(({ name, state }) => `${name} ${state.state}`).join();
    this.stood = { families, ready, person, start: health?.boot_id };
    if (!stood) return { models: false, others: false };
    const restarted = Boolean(stood.start) && stood.start !== health?.boot_id;
    return { models: stood.families !== families || stood.ready !== ready, others: restarted || (stood.person?.id === person?.id && stood.person !== person) };
  }

  /** What presets are asked for: a trainer that goes away leaves another one chosen, with other numbers. */
  get #asked() {
    return [this.people, this.trainer, this.family].map(({ value }) => value).join();
  }

  /** Those that the chosen trainer can train. @param {Isengard.State} state */
  #families({ families, backends }) {
    const trainer = backends.find((known) => known.name === this.trainer.value);
    say(this.trainerAbout, trainer?.about ? said(trainer, "about") : t("trainerHint"));
    const can = trainer?.families;
    this.advanced.offer(trainer?.methods ?? [], trainer?.placeholder ? undefined : trainer?.savings);
    const shown = families.filter((known) => !can || can.includes(known.key));
    this.family.show(shown, this.#draft?.family);
  }

  get person() {
    return this.store.state.characters?.find((known) => known.id === this.people.value);
  }

  /** Someone else or another model: other numbers in the presets. */
  async #changed() {
    this.#families(this.store.state);
    const family = this.store.state.families.find((known) => known.key === this.family.value);
    if (!family || !this.person) return;
    this.#waits(); // what was found holds for what was chosen before
    say(this.heading, t("train", { name: this.person.name }));
    this.#ways(family);
    const names = family.base_models;
    fill(this.base, [family.key, names], () => [h("option", { value: "", text: t("baseAuto") }), ...names.map((name) => h("option", { value: name, text: name, selected: name === this.#draft?.base }))]);
    const trainer = this.store.state.backends.find((known) => known.name === this.trainer.value);
    this.looks.show(family.checkpoints, this.#draft?.base, trainer?.loads_as_comfyui);
    this.baseField.hidden = names.length < 2 || !this.looks.element.hidden;
    const asked = ++this.#presetsAsked;
    const wanted = { family: family.key, route: this.way.value, character_id: this.person.id, backend: this.trainer.value, method: this.advanced.method };
    const answer = await this.store.ask(() => this.store.api.training.presets(wanted));
    if (asked !== this.#presetsAsked) return;
    if (!answer) return clearTimeout(this.#slow);
    this.presets.show(answer.items);
    this.#adjusted();
  }

  /** @param {Isengard.Family} family */
  #ways({ key, routes = [] }) {
    fill(this.way, [key, routes], () => routes.map((known) => wayOption(known, this.#draft?.family === key ? this.#draft.way : "")));
    this.wayField.hidden = routes.length < 2;
    say(this.wayAbout, said(routes.find((known) => known.key === this.way.value), "about"));
  }

  #adjusted() {
    this.advanced.defaults(this.presets.chosen);
    this.#check();
  }

  /** By its look where the model is trained from a file of one's own. */
  get #chosenBase() {
    return this.looks.element.hidden ? this.base.value : this.looks.value;
  }

  #request() {
    return {
      character_id: this.people.value, method: this.advanced.method, family: this.family.value, preset: this.presets.value,
      backend: this.trainer.value || null, base_model: this.#chosenBase || null, route: this.way.value, overrides: this.advanced.values(), stop_early: this.stop.value,
    };
  }

  /** Ask what would stop it, shortly after the last change; only the newest answer counts. */
  #check() {
    clearTimeout(this.#timer);
    this.#waits();
    if (!this.people.value) return;
    this.#keep();
    const asked = ++this.#checked;
    this.#timer = setTimeout(async () => {
      const answer = await this.#preflight();
      if (asked === this.#checked) this.#show(answer);
    }, CHECK_AFTER_MS);
  }

  /** Nothing can be started until an answer is here, which is said where that takes a while. */
  #waits() {
    this.start.disabled = true;
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => this.findings.replaceChildren(findingLine(this.store, { severity: "info", message: t("checkingTraining"), fix: "" })), SLOW_MS);
  }

  /** @returns {Promise<Isengard.Preflight>} */
  async #preflight() {
    try {
      return await this.store.api.jobs.preflight(this.#request());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.store.missed(error);
      return { ok: false, memory: [], findings: [{ severity: "error", message: explained(error), fix: "" }] };
    }
  }

  /** @param {Isengard.Preflight} answer */
  #show({ ok: now, findings: found, plan, memory, stopping, preparation = null }) {
    clearTimeout(this.#slow);
    this.lacks = preparation;
    const { ok, findings } = preparation ?? { ok: now, findings: found };
    this.preparation.show(ok ? preparation : null);
    this.alone.hidden = !now || !preparation?.in_line;
    this.stop.show(stopping, this.presets.value);
    this.memory.show(memory, this.advanced.memoryIsAutomatic);
    /** @type {Isengard.Told[]} */
    const ready = ok && plan && !preparation ? [{ severity: "good", message: t("readyToTrain", { photos: counted("photoCount", plan.photos), held: counted("heldCount", plan.held_out), steps: counted("steps", plan.steps) }), fix: "" }] : [];
    this.findings.replaceChildren(...[...findings, ...ready].map((finding) => findingLine(this.store, finding, this.#place)));
    this.start.disabled = !ok;
    const words = preparation?.in_line ? "setUpAndTrain" : ok && findings.some(({ severity }) => severity === "warning") ? "startAnyway" : "startTraining";
    say(this.start, t(words));
  }

  get #place() {
    return { characterId: this.people.value, family: this.family.value, view: this };
  }

  /** What findings ask for. */
  chooseFamily() {
    this.family.focus();
  }

  /** @param {string} name */
  editAdvanced(name) {
    this.advanced.element.open = true;
    this.advanced.inputs[name].focus();
  }

  chooseMemory() {
    this.memory.open();
  }

  checkAgain() {
    this.#check();
  }

  /** With all that it lacks in line before it. @param {boolean} [alone] without */
  async #start(alone = false) {
    const { jobs } = this.store.api;
    const inLine = this.lacks?.in_line && !alone;
    const job = await this.store.attempt((id) => (inLine ? jobs.setUpAndTrain(this.#request(), id) : jobs.submit(this.#request(), id)));
    if (!job) return;
    if (inLine) await this.store.refresh();
    this.store.keepJob(job);
    kept(sessionStorage, DRAFT_KEY, null);
    this.store.go({ tab: "training", job: job.id });
  }
}

/** @param {Schema.FamilyRoute} route @param {string} wanted */
function wayOption(route, wanted) {
  const { key, expert } = route;
  const label = said(route, "label");
  return h("option", { value: key, text: expert ? t("forExperts", { label }) : label, selected: key === wanted });
}

/** With what speaks for it. @param {Isengard.Backend} backend */
function trainerName(backend) {
  const name = said(backend, "label");
  return backend.tagline ? t("trainerTagline", { name, tagline: said(backend, "tagline") }) : name;
}

/** What can train now, ours first: nobody is asked who has no choice, and in fast-test mode nothing real is offered. @param {Isengard.State} state */
function trainers({ backends, health }) {
  const others = backends.filter((known) => !known.default && known.state.state === "ready" && !known.placeholder);
  return [...backends.filter((known) => known.default), ...(health?.mode === "fast-test" ? [] : others)];
}
