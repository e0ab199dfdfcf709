/** Who is in the picture: one person, or two where a way of making it can draw two, each with their own likeness. */

import { button, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { PersonPart } from "./person_part.js";
import { PersonPicker } from "../shared/person_picker.js";

/** @typedef {{ids: string[], two: boolean, parts: {strength: number, reference: number, words: string}[]}} Draft */

export class PeopleInPicture {
  /** @param {import("../../data/store.js").Store} store @param {{changed: () => void}} options */
  constructor(store, { changed }) {
    this.changed = changed;
    this.two = false;
    this.most = 1;
    /** @type {Isengard.Character[]} */
    this.all = [];
    this.first = new PersonPicker(store, { label: t("person"), name: "isen-image-who", testid: "isen-image-person", changed: () => this.#again() });
    this.second = new PersonPicker(store, { label: t("secondPerson"), name: "isen-image-other", testid: "isen-image-second", changed });
    this.parts = [new PersonPart(""), new PersonPart("-2")];
    this.add = button(t("addSecond"), () => this.#pair(true), { icon: "plus", kind: "link", testid: "isen-add-second" });
    const remove = button(t("removeSecond"), () => this.#pair(false), { icon: "times", bare: true, testid: "isen-remove-second" });
    this.other = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row isen-ends" }, h("span", { class: "isen-label", text: t("secondPerson") }), remove), this.second.element);
    this.element = h("div", { class: "isen-stack-tight" }, this.first.element, this.add, this.other);
    this.sliders = h("div", { class: "isen-stack-tight" }, ...this.parts.map((part) => part.element));
  }

  /**
   * @param {number} most how many people a way of making pictures can draw at most
   * @param {Isengard.Character[]} people @param {string | null | undefined} wanted
   */
  show(people, wanted, most) {
    this.all = people;
    this.most = Math.min(2, most, people.length);
    this.first.show(people, wanted ?? "");
    this.#again();
  }

  /** Those chosen, first one first. */
  get people() {
    const ids = this.two ? [this.first.value, this.second.value] : [this.first.value];
    return ids.map((id) => this.all.find((known) => known.id === id)).filter((person) => person !== undefined);
  }

  /** @param {Pick<Schema.CharacterOrder, "checkpoint" | "job_id">} version the first one's */
  uses(version) {
    return this.people.map(({ id }, place) => ({ id, ...this.parts[place].values(), ...(place ? { checkpoint: /** @type {const} */ ("best") } : version) }));
  }

  /** Those of them who are still here; without any, whoever is chosen stays. Whether all are. @param {Schema.CharacterUse[]} uses */
  take(uses) {
    const here = uses.filter(({ id }) => this.all.some((known) => known.id === id)).slice(0, 2);
    const [first, second] = here;
    if (first) {
      this.two = here.length > 1;
      this.first.choose(first.id);
      if (second) this.second.choose(second.id);
      for (const [place, use] of here.entries()) this.parts[place].take(use);
    }
    this.#again();
    return here.length === Math.min(2, uses.length);
  }

  /** As it stands, also what is hidden now. */
  get draft() {
    return { ids: [this.first.value, this.second.value], two: this.two, parts: this.parts.map((part) => part.draft) };
  }

  /** Before anybody is shown. @param {Draft} options */
  restore({ ids: [first, second], two, parts }) {
    this.first.value = first;
    this.second.value = second;
    this.two = two;
    parts.forEach((part, place) => this.parts[place].take(part));
  }

  /** @param {boolean} two */
  #pair(two) {
    this.two = two;
    this.#again();
  }

  #again() {
    if (this.most < 2) this.two = false;
    this.second.show(this.all.filter((known) => known.id !== this.first.value));
    this.add.hidden = this.two || this.most < 2;
    this.other.hidden = !this.two;
    this.parts[1].element.hidden = !this.two;
    this.changed();
  }

  /** Sliders and words that the chosen way has. @param {string[]} controls @param {number} most the likeness that the model bears */
  fit(controls, most) {
    this.people.forEach((person, place) => this.parts[place].show(this.two ? person.name : "", controls, most));
  }
}
