/** Faces, and choosing one of them. */

import { h, icon, picture } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";

/** A person by their cover, or, without photos, by the picture that lies beside `lora`. @typedef {{id: string, cover: string | null, lora?: string}} Face */
/** @typedef {Face & {name: string}} Named */

/** @param {import("../../data/store.js").Store} store @param {Face} options */
export function face(store, { id, cover, lora = "" }) {
  if (!cover && lora) return picture(store.api.loras.previewUrl(lora), "");
  if (!cover) return h("span", { class: "isen-picture isen-blank" }, icon("user"));
  return picture(store.api.photos.imageUrl(id, cover, "thumb"), "");
}

/** The LoRA from elsewhere that shows a person, '' where none does. @param {Pick<Isengard.Character, "versions">} person */
export function shownBy({ versions }) {
  return versions.find((version) => version.outside_preview)?.outside ?? "";
}

/** One of several people by their faces. `value` is who is chosen; `show` takes who there is. */
export class PersonPicker {
  /** @param {import("../../data/store.js").Store} store @param {{label: string, name: string, testid: string, changed: () => void}} options */
  constructor(store, { label, name, testid, changed }) {
    this.store = store;
    this.name = name;
    this.changed = changed;
    this.value = "";
    this.element = h("div", { class: "isen-people", role: "radiogroup", "aria-label": label, "data-testid": testid });
  }

  /** Keeps the choice while that person is there; else `wanted`, else the first. @param {Isengard.Character[]} characters */
  show(characters, wanted = "") {
    const people = characters.map((person) => ({ id: person.id, name: person.name, cover: person.cover_photo_id, lora: shownBy(person) }));
    keyed(this.element, people, { id: (person) => person.id, make: (person) => this.#chip(person) });
    /** @param {string} id */
    const has = (id) => people.some((person) => person.id === id);
    if (!has(this.value)) this.choose(has(wanted) ? wanted : (people[0]?.id ?? ""));
  }

  /** @param {string} id */
  choose(id) {
    this.value = id;
    for (const input of this.element.querySelectorAll("input")) input.checked = input.value === id;
    this.#intoView();
  }

  /** Who is chosen is seen among many; nothing else scrolls. */
  #intoView() {
    const chip = this.element.querySelector("input:checked")?.closest("label");
    if (chip) this.element.scrollTop = chip.offsetTop - this.element.offsetTop - chip.offsetHeight;
  }

  /** @param {Named} person */
  #chip(person) {
    const chosen = () => {
      this.value = person.id;
      this.changed();
    };
    return h("label", { class: "isen-person" },
      h("input", { type: "radio", name: this.name, value: person.id, checked: person.id === this.value, on: { change: chosen } }),
      face(this.store, person), h("span", { class: "isen-ellipsis", dir: "auto", text: person.name, title: person.name }));
  }
}
