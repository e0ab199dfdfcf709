/** The wall of faces, and the form for a new one. */

import { button, field, h, icon, say, sends } from "../../lib/dom.js";
import { makePeople } from "../../data/photos/uploads.js";
import { sorted } from "../../lib/files.js";
import { counted, few } from "../../lib/format.js";
import { keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { runningJobs, shareOf } from "../../data/state.js";
import { takesDrops } from "./dropzone.js";
import { FirstRun } from "./first_run.js";
import { isPractice } from "../../data/first_hour/practice.js";
import { PracticeLeft } from "../first_hour/practice.js";
import { Importer } from "./importer.js";
import { openLoras } from "../outside_loras/lora_dialog.js";
import { face, shownBy } from "../shared/person_picker.js";
import { TrashedPeople } from "./trashed_people.js";
import { View, offerUndo } from "../shared/view.js";

/** From so many on nobody finds a face at a glance. */
const MANY = 13;
/** How far a person is. @typedef {{id: string, name: string, cover: string | null, lora: string, count: number, versions: number, percent: number | null, waits: boolean, practice: boolean}} Standing */
const KINDS = ["person", "woman", "man", "girl", "boy", "dog", "cat"];

export class IsenCharacters extends View {
  /** @type {FirstRun} */ first;
  /** @type {Importer} */ bring;
  /** @type {HTMLUListElement} */ wall;
  /** @type {HTMLButtonElement} */ add;
  /** @type {HTMLFormElement} */ form;
  /** @type {HTMLDivElement} */ buttons;
  /** @type {HTMLInputElement} */ find;
  /** @type {HTMLParagraphElement} */ none;
  /** @type {TrashedPeople} */ trash;
  /** @type {PracticeLeft} */ left;
  /** @type {HTMLInputElement} */ name;
  /** @type {HTMLInputElement} */ kind;
  /** @type {HTMLInputElement} */ consent;
  /** @type {HTMLButtonElement} */ submit;
  /** @type {HTMLParagraphElement} */ arrived;
  /** @type {HTMLElement} */ several;
  /** @type {Isengard.Arrivals} */ shown;

  build() {
    this.className = "isen-stack";
    this.first = new FirstRun(this.store);
    this.bring = new Importer(this);
    this.wall = h("ul", { class: "isen-wall", "aria-label": t("characters") });
    this.add = button(t("newCharacter"), () => this.#show(true), { icon: "plus", kind: "primary", testid: "isen-new-character" });
    this.form = this.#newForm();
    const loras = button(t("loraShort"), () => openLoras(this), { icon: "file-import", title: t("loraTitle"), testid: "isen-outside-lora" });
    this.buttons = h("div", { class: "isen-row" }, this.add, this.bring.element, loras);
    this.find = h("input", { type: "search", placeholder: t("findPerson"), "aria-label": t("findPerson"), autocomplete: "off", "data-testid": "isen-find-person", on: { input: () => this.#again() } });
    this.none = h("p", { class: "isen-muted isen-center", role: "status" });
    this.trash = new TrashedPeople(this);
    this.left = new PracticeLeft(this);
    this.append(this.first.element, this.form, this.buttons, this.find, this.wall, this.none, this.left.element, this.trash.element);
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    if (state.arrivals?.archive) return this.#importPerson(state.arrivals.archive);
    if (state.arrivals && this.form.hidden) return this.#show(true);
    this.#arrived(state.arrivals);
    this.bring.show(state.importing);
    const none = !state.characters.length;
    this.first.show(state, none && this.form.hidden);
    this.wall.hidden = none;
    this.add.classList.remove("isen-primary");
    const jobs = runningJobs(state);
    this.find.hidden = state.characters.length < MANY;
    const wanted = this.find.hidden ? "" : this.find.value.trim().toLowerCase();
    const found = state.characters.filter(({ name }) => name.toLowerCase().includes(wanted));
    say(this.none, found.length || none ? "" : t("nobodyCalled"));
    this.none.hidden = !this.none.textContent;
    this.trash.show(state.characters);
    if (!isPractice(state)) this.left.show(state);
    const shown = found.map(({ id, name, cover_photo_id: cover, photo_count: count, versions, practice }) => {
      const job = jobs.find((known) => known.character_id === id);
      const percent = job && job.state !== "queued" ? Math.round(100 * shareOf(job)) : null;
      const real = versions.some((known) => !known.placeholder);
      return { id, name, cover, lora: shownBy({ versions }), count, versions: versions.length, percent, waits: job?.state === "queued", practice: Boolean(practice) && !real };
    });
    keyed(this.wall, shown, { id: (entry) => entry.id, make: (entry) => this.#face(entry), update: redrawn });
  }

  /** @param {Standing} entry */
  #face(entry) {
    const open = button(entry.name, () => this.#open(entry.id), { kind: "face", testid: "isen-character" });
    const item = h("li", {}, open);
    takesDrops(item, open, (files) => this.#add(entry.id, files));
    /** @param {Standing} now */
    const redraw = (now) =>
      open.replaceChildren(face(this.store, now), h("span", { class: "isen-name", dir: "auto", text: now.name, title: now.name }), status(now), now.practice ? h("small", { class: "isen-tag", "data-testid": "isen-practice-mark", text: t("practiceMark") }) : "");
    redraw(entry);
    return Object.assign(item, { redraw });
  }

  /** Photos that wait for somebody are theirs whose face is pressed. @param {string} id */
  #open(id) {
    const { arrivals } = this.store.state;
    if (arrivals) {
      this.#add(id, arrivals.found);
      return;
    }
    this.store.go({ tab: "characters", id });
  }

  /** @param {File} file */
  #importPerson(file) {
    this.store.set({ arrivals: null });
    this.bring.take(file);
  }

  /** Their page opens at once; the files go on coming in. @param {string} id @param {Iterable<File | Isengard.Found>} files */
  #add(id, files) {
    this.store.set({ arrivals: null });
    this.store.go({ tab: "characters", id });
    this.store.addPhotos(id, files);
  }

  #newForm() {
    this.name = h("input", { type: "text", maxlength: 80, required: true, dir: "auto", autocomplete: "off", "data-testid": "isen-name" });
    this.kind = h("input", { type: "text", maxlength: 40, value: KINDS[0], list: "isen-kinds", "data-testid": "isen-kind" });
    this.consent = h("input", { type: "checkbox", "data-testid": "isen-consent" });
    const kinds = h("datalist", { id: "isen-kinds" }, ...KINDS.map((value) => h("option", { value })));
    const create = h("button", { type: "submit", class: "isen-primary", text: t("createCharacter"), "data-testid": "isen-create" });
    this.arrived = h("p", { class: "isen-note", role: "status", hidden: true, "data-testid": "isen-arrivals" });
    this.several = h("section", { class: "isen-note isen-stack-tight", hidden: true, "data-testid": "isen-several-people" });
    return h("form", { class: "isen-card isen-stack", hidden: true, "aria-label": t("newCharacter"), on: { submit: sends(() => this.#create()) } },
      this.arrived, this.several, field(t("name"), this.name, t("nameHint")), field(t("classWord"), this.kind, t("classHint")), kinds,
      h("label", { class: "isen-check" }, this.consent, h("span", { text: t("consent") })),
      h("div", { class: "isen-row" }, create, button(t("cancel"), () => this.#show(false))));
  }

  /** Photos that were dropped wait for their person to have a name; a folder's is one to begin with. @param {Isengard.Arrivals | null} arrivals */
  #arrived(arrivals) {
    this.arrived.hidden = !arrivals;
    this.several.hidden = !arrivals?.people?.length;
    if (!arrivals || arrivals === this.shown) return;
    this.shown = arrivals;
    say(this.arrived, t(this.store.state.characters?.length ? "arrivalsOrPress" : "arrivals", { n: sorted(arrivals.found).photos.length }));
    this.#offerSeveral(arrivals.people ?? []);
    if (!this.name.value) this.name.value = arrivals.name.slice(0, this.name.maxLength);
  }

  /** Folders that came together may be a person each. @param {{name: string, found: Isengard.Found[]}[]} people */
  #offerSeveral(people) {
    const n = people.length;
    const one = () => (this.several.hidden = true);
    this.several.replaceChildren(h("strong", { text: t("twoPeopleTitle") }), h("p", { text: t("twoPeopleWhat", { n, names: few(people.map(({ name }) => name)) }) }),
      h("div", { class: "isen-row" }, button(t("twoPeopleEach", { n }), () => this.#makeAll(people), { kind: "primary", testid: "isen-people-each" }), button(t("twoPeopleOne"), one, { testid: "isen-people-one" })));
  }

  /** @param {{name: string, found: Isengard.Found[]}[]} people */
  async #makeAll(people) {
    const kind = this.kind.value || KINDS[0];
    this.#show(false);
    const n = await makePeople(this.store, people, kind);
    if (n) offerUndo(this, t("twoPeopleMade", { n }), null);
  }

  #again() {
    this.update(/** @type {Isengard.Shown} */ (this.store.state));
  }

  /** @param {boolean} open */
  #show(open) {
    if (!open && this.store.state.arrivals) this.store.set({ arrivals: null });
    if (!open) this.#clear();
    this.form.hidden = !open;
    this.buttons.hidden = open;
    this.#again();
    (open ? this.name : this.add).focus();
  }

  /** What was filled in for one person is not the next one's, least of all that their photos may be used. */
  #clear() {
    this.name.value = "";
    this.kind.value = KINDS[0];
    this.consent.checked = false;
  }

  async #create() {
    this.name.value = this.name.value.trim();
    if (!this.form.reportValidity()) return;
    const body = { name: this.name.value, class_word: this.kind.value || KINDS[0], consent: this.consent.checked };
    const character = await this.store.attempt((id) => this.store.api.characters.create(body, id));
    if (!character) return;
    this.store.keepCharacter(character);
    const { arrivals } = this.store.state;
    this.store.go({ tab: "characters", id: character.id });
    if (arrivals) this.#add(character.id, arrivals.found);
  }
}

/** @param {HTMLLIElement & {redraw: (now: Standing) => void}} item @param {Standing} entry */
function redrawn(item, entry) {
  item.redraw(entry);
}

/** Where a person stands, as a mark and in words. @param {Standing} person */
function status({ count, versions, percent, waits }) {
  const line = h("small", { class: "isen-status isen-muted" });
  if (percent !== null) line.append(ring(percent), h("span", { text: t("percent", { n: percent }), "aria-label": t("trainingNow", { n: percent }) }));
  else if (waits) line.append(icon("clock"), t("state_queued"));
  else if (versions) line.append(icon("check-circle"), t("trained"));
  else say(line, counted("photoCount", count));
  if (versions && percent === null && !waits) line.classList.add("isen-good");
  return line;
}

/** @param {number} percent */
function ring(percent) {
  return h("span", { class: "isen-ring", "aria-hidden": "true", style: `--isen-share:${percent}%` });
}
