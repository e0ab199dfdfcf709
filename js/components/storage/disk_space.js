/** What takes how much of the disk: by person, by model, and the rest, each with the button that frees what can be freed. */

import { button, h, say } from "../../lib/dom.js";
import { ago, bytes } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { ENDED } from "../../data/state.js";
import { sentences, t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";

const POLL_MS = 400;
const KINDS = /** @type {const} */ (["photos", "loras", "trainings", "pictures"]);
/** What is asked before something goes for good: the words by what it is, and what does it. @typedef {{what: string, title: string, size: number, name?: string, go: () => Promise<Gone | null>}} Question */
/** How it is told, and what follows once the question is gone. @typedef {{words: string, next?: () => Promise<unknown>}} Gone */

/** A cell of the table that says itself what it counts, for where there is no room for a head above it. @param {string} label @param {number} size */
const amount = (label, size) => h("td", { class: "isen-end", "data-label": label, text: size ? bytes(size) : "–" });

export class DiskSpace {
  /** @param {Isengard.View} view */
  constructor(view) {
    this.view = view;
    this.store = view.store;
    this.again = h("span", { text: t("storageMeasure") });
    this.measure = button("", () => this.#measure(), { icon: "chart-pie", testid: "isen-storage-measure" });
    this.measure.append(this.again);
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": t("storageTitle") });
    this.told = h("p", { class: "isen-muted", role: "status" });
    this.found = h("div", { class: "isen-stack" });
    /** What was measured last, and how that was said. @type {{use: Schema.StorageUse, words: string} | null} */
    this.shown = null;
    /** The job that takes a tool away. */
    this.removing = "";
    this.element = h("section", { class: "isen-card isen-stack", "data-testid": "isen-storage" }, h("h3", { text: t("storageTitle"), tabindex: -1 }), h("p", { class: "isen-muted", text: t("storageWhat") }),
      h("div", { class: "isen-row" }, this.measure), this.bar, this.told, this.found);
  }

  /** What was measured before, if anything. */
  async load() {
    const state = await this.store.ask(() => this.store.api.storage.use());
    if (state) await this.#follow(state);
  }

  /** Somebody came here for room. */
  async open() {
    this.element.scrollIntoView({ block: "start" });
    await this.#measure();
  }

  async #measure() {
    const state = await this.store.attempt((id) => this.store.api.storage.measure(id));
    if (state) await this.#follow(state);
  }

  /** Until it has ended, or nobody looks any more. @param {Schema.StorageState} state */
  async #follow(state) {
    let now = state;
    while (now.measuring) {
      this.bar.hidden = false;
      this.bar.value = now.of ? now.done / now.of : 0;
      say(this.told, t("storageMeasuring", { done: now.done, of: now.of }));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (!this.element.isConnected) return;
      const next = await this.store.ask(() => this.store.api.storage.use());
      if (!next) break;
      now = next;
    }
    this.bar.hidden = true;
    this.#show(now.use);
  }

  /** How long ago it was goes on, and what a removed tool has freed is measured. @param {Isengard.State} state */
  show({ tasks }) {
    if (this.shown && this.told.textContent === this.shown.words) this.#tell(this.shown.use);
    if (!tasks.some(({ id, state }) => id === this.removing && ENDED.has(state))) return;
    this.removing = "";
    this.#measure();
  }

  /** @param {Schema.StorageUse} use */
  #tell(use) {
    const words = sentences(t("storageFree", { used: bytes(use.used_bytes), free: bytes(use.free_bytes), total: bytes(use.total_bytes) }), t("storageMeasuredAt", { when: ago(use.measured_at) }));
    this.shown = { use, words };
    say(this.told, words);
  }

  /** @param {Schema.StorageUse | null} use */
  #show(use) {
    if (!use) return say(this.told, "");
    say(this.again, t("storageAgain"));
    this.#tell(use);
    this.found.replaceChildren(this.#people(use.people), this.#models(use.models), this.#things(use.things));
  }

  /** @param {Schema.PersonUse[]} people */
  #people(people) {
    const head = h("tr", {}, h("th", { scope: "col", text: t("storageName") }), ...KINDS.map((kind) => h("th", { scope: "col", class: "isen-end", text: t(`storage_${kind}`) })), h("th", { scope: "col", class: "isen-end", text: t("storageSum") }));
    const rows = people.map((person) => h("tr", {}, h("th", { scope: "row" }, button(person.name, () => this.store.go({ tab: "characters", id: person.id }), { kind: "link", testid: "isen-storage-person" })),
      ...KINDS.map((kind) => amount(t(`storage_${kind}`), person[kind])), amount(t("storageSum"), KINDS.reduce((sum, kind) => sum + person[kind], 0))));
    return people.length ? h("div", {}, h("h4", { text: t("storagePeople") }), h("table", { class: "isen-table isen-narrow-list", "data-testid": "isen-storage-people" }, h("thead", {}, head), h("tbody", {}, ...rows))) : "";
  }

  /** @param {Schema.ModelUse[]} models */
  #models(models) {
    const rows = models.map((model) => {
      const { key, bytes: size, freed_bytes: freed } = model;
      const name = said(model, "label");
      return this.#row(name, t(freed ? "storageModelOurs" : "storageModelTheirs"), size, freed > 0 &&
        { what: "model", title: t("storageClear_model", { name }), size: freed, name, go: () => this.#free({ what: "model", model: key }) });
    });
    return models.length ? h("div", {}, h("h4", { text: t("storageModels") }), h("ul", { class: "isen-plain-list" }, ...rows)) : "";
  }

  /** @param {Schema.ThingUse[]} things */
  #things(things) {
    const rows = things.map(({ name, bytes: size, can_free: can, tool }) => this.#row(t(`storage_${name}`), t(`storage_${name}Hint`), size, can &&
      { what: name, title: t(`storageClear_${name}`), size, go: () => (tool ? this.#remove(tool) : this.#free({ what: /** @type {Schema.SpaceToFree["what"]} */ (name), model: "" })) }));
    return h("div", {}, h("h4", { text: t("storageRest") }), h("ul", { class: "isen-plain-list" }, ...rows));
  }

  /** @param {string} name @param {string} hint @param {number} size @param {Question | false} question */
  #row(name, hint, size, question) {
    return h("li", { class: "isen-row isen-storage-row" }, h("div", { class: "isen-grow isen-stack-tight" }, h("span", { text: name }), h("small", { class: "isen-muted", text: hint })), h("span", { text: bytes(size) }),
      question && button(t("storageClear", { size: bytes(question.size) }), () => this.#ask(question), { title: question.title, testid: `isen-free-${question.what}` }));
  }

  /** @param {Question} question */
  #ask({ what, title, size, name = "", go }) {
    const really = async () => {
      const gone = await go();
      dialog.close();
      if (!gone) return;
      say(this.told, gone.words);
      await gone.next?.();
      say(this.told, gone.words);
    };
    const heading = h("h2", { class: "isen-grow", tabindex: -1, text: title });
    const dialog = openDialog(this.view, { label: title, kind: "isen-question" }, h("div", { class: "isen-row isen-top" }, heading, closer(() => dialog.close())),
      h("p", { text: t(`storageSure_${what}`, { size: bytes(size), name }) }),
      h("div", { class: "isen-row isen-ends" }, button(t("cancel"), () => dialog.close(), {}), button(title, really, { kind: "danger", testid: "isen-really-free" })));
    heading.focus();
  }

  /** What is left is measured anew, which is seen: that may take long. Null where it was refused. @param {Omit<Schema.SpaceToFree, "confirm">} what */
  async #free(what) {
    const freed = await this.store.attempt((id) => this.store.api.storage.free({ ...what, confirm: true }, id));
    return freed && { words: t("storageFreed", { size: bytes(freed.freed_bytes) }), next: () => this.#measure() };
  }

  /** A trainer or the face tools: a job of the worker's. @param {string} tool */
  async #remove(tool) {
    const job = await this.store.attempt((id) => this.store.api.training.uninstall(tool, id));
    if (job) this.removing = job.id;
    return job && { words: t("storageFreeing") };
  }
}
