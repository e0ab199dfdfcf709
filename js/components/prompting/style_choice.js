/** A style around the prompt, chosen by what it looks like: by pictures of the user's own model, once they were made. */

import { ApiError } from "../../data/api.js";
import { button, h, icon, picture, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

/** How often it is asked how far the pictures are, while they are made. */
const LOOK_MS = 1500;
/** @typedef {{name: string, label: string, src: string}} Tile */
/** @typedef {{person: {id: string, name: string}, order: Schema.StylePictureOrder}} Model */

export class StyleChoice {
  /** @param {import("../../data/store.js").Store} store @param {() => void} changed */
  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    /** @type {Isengard.Style[]} */
    this.items = [];
    this.value = "";
    /** Whose model draws the styles' pictures. @type {Model | null} */
    this.model = null;
    /** @type {Schema.StylePictureList} */
    this.known = { items: [], making: null, error: null };
    this.made = 0;
    this.tiles = h("div", { class: "isen-people isen-style-tiles", role: "radiogroup", "aria-label": t("style"), "data-testid": "isen-style" });
    this.make = button("", () => this.#make(), { icon: "images", kind: "link", testid: "isen-make-style-pictures" });
    this.progress = h("small", { class: "isen-muted isen-grow", role: "status", "data-testid": "isen-style-progress" });
    this.stop = button(t("stopStylePictures"), () => this.#stop(), { icon: "times", bare: true, testid: "isen-stop-style-pictures" });
    this.element = h("div", { class: "isen-stack-tight" }, h("span", { class: "isen-label", text: t("style") }), this.tiles, h("div", { class: "isen-row isen-tight" }, this.make, this.progress, this.stop));
    this.seen = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#load());
    this.seen.observe(this.tiles);
    this.#told();
  }

  /** @param {Isengard.Style[]} items */
  show(items) {
    this.items = items.filter((item) => item.kind === "style");
    this.element.hidden = !this.items.length;
    this.#draw();
  }

  /** @param {Model | null} model null where several people or none are drawn */
  fit(model) {
    if (JSON.stringify(model) === JSON.stringify(this.model)) return;
    this.model = model;
    this.known = { items: [], making: null, error: null };
    this.loaded = false;
    this.#draw();
    this.#told();
    if (this.tiles.checkVisibility?.()) this.#load();
  }

  /** The chosen one. */
  get style() {
    return this.items.find((item) => item.name === this.value);
  }

  get draft() {
    return { style: this.value };
  }

  /** Once the choices are shown. @param {{style: string}} options */
  take({ style }) {
    this.value = this.items.some((item) => item.name === style) ? style : "";
    for (const input of this.tiles.querySelectorAll("input")) input.checked = input.value === this.value;
  }

  /** A finished prompt has its style in it already. */
  clear() {
    this.take({ style: "" });
  }

  #draw() {
    const pictures = new Map(this.known.items.map(({ name, picture: path }) => [name, path]));
    /** @param {string} name */
    const srcOf = (name) => {
      const path = pictures.get(name);
      return path ? this.store.api.prompts.stylePictureUrl(path, this.made) : "";
    };
    /** @type {Tile[]} */
    const tiles = [{ name: "", label: t("noStyle"), src: "" }, ...this.items.map((item) => ({ name: item.name, label: said(item, "label"), src: srcOf(item.name) }))];
    keyed(this.tiles, tiles, { id: ({ name }) => name, make: (tile) => this.#tile(tile) });
    this.take({ style: this.value });
  }

  /** @param {Tile} tile */
  #tile({ name, label, src }) {
    const chosen = () => ((this.value = name), this.changed());
    return h("label", { class: "isen-person isen-style-tile" },
      h("input", { type: "radio", name: "isen-style", value: name, checked: name === this.value, "data-testid": `isen-style-${name || "none"}`, on: { change: chosen } }),
      src ? picture(src, "") : h("span", { class: "isen-picture isen-blank" }, icon(name ? "palette" : "ban")), h("span", { class: "isen-ellipsis", text: label, title: label }));
  }

  /** Asked for once they come into sight, and again while they are made. */
  async #load() {
    if (!this.model || this.loaded) return;
    this.loaded = true;
    const { model } = this;
    try {
      await this.#keep(await this.store.api.prompts.stylePictures(model.person.id, model.order), model);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (model !== this.model) return;
      if (error.code === "offline" || this.known.making) this.#later();
    }
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.loaded = false;
      if (this.tiles.isConnected) this.#load();
    }, LOOK_MS);
  }

  /** Of another person, or of another model of theirs, nothing is shown. @param {Schema.StylePictureList | null} list @param {Model} model it was asked for */
  #keep(list, model) {
    if (!list || model !== this.model) return;
    if (list.making?.done !== this.known.making?.done) this.made += 1;
    this.known = list;
    this.#draw();
    this.#told();
    clearTimeout(this.timer);
    if (list.making) this.#later();
  }

  #told() {
    const { items, making, error } = this.known;
    const all = items.length > 0 && items.every(({ picture: path }) => path);
    this.make.hidden = !this.model || Boolean(making);
    this.make.replaceChildren(icon("images"), t(all ? "styleAnew" : "makeStylePictures", { name: this.model?.person.name ?? "" }));
    this.stop.hidden = !making;
    say(this.progress, making ? t("stylesMade", { n: making.done, count: making.count }) : explained(error));
  }

  async #make() {
    if (!this.model) return;
    const { model } = this;
    const { person, order } = model;
    await this.#keep(await this.store.attempt((id) => this.store.api.prompts.makeStylePictures(person.id, order, id)), model);
  }

  async #stop() {
    if (!this.model) return;
    const { person } = this.model;
    await this.store.attempt((id) => this.store.api.prompts.stopStylePictures(person.id, id));
    this.loaded = false;
    await this.#load();
  }
}
