/** Every picture there is: filters, a wall of thumbnails, and each in full. */

import { button, field, h, icon } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { fits, liked, picturesOf, setFilter, told } from "../../data/gallery.js";
import { t } from "../../locales/words.js";
import { badge, measuredWords } from "../shared/score_badge.js";
import { thumbnail } from "../shared/thumbnail_preload.js";
import { openPicture } from "./picture_viewer.js";
import { lookWords } from "../shared/look_words.js";
import { VirtualWall } from "../shared/virtual_wall.js";

/** @typedef {HTMLDivElement & {entry: Isengard.Entry, scores: HTMLElement}} Tile */

export class Gallery {
  /** @param {Isengard.PicturesView} view the view of pictures, which can take settings again */
  constructor(view) {
    this.view = view;
    /** @type {Isengard.Entry[]} */
    this.pictures = [];
    /** @type {Record<string, string>} */
    this.names = {};
    /** What was shown last: pictures, their filter, people and recipes. @type {unknown} */
    this.shown = undefined;
    /** @type {unknown} */
    this.by = undefined;
    /** @type {unknown} */
    this.of = undefined;
    /** @type {unknown} */
    this.ways = undefined;
    /** @type {Promise<void> | null} */
    this.loading = null;
    this.wall = new VirtualWall({ label: t("gallery"), id: ({ key }) => key, make: (entry) => this.#tile(entry), update: (tile, entry) => this.#changed(tile, entry), near: () => this.#more() });
    this.person = h("select", { "data-testid": "isen-filter-person", on: { change: () => this.#filter() } });
    this.recipe = h("select", { "data-testid": "isen-filter-recipe", on: { change: () => this.#filter() } });
    this.favourites = h("input", { type: "checkbox", "data-testid": "isen-only-favourites", on: { change: () => this.#filter() } });
    this.filters = h("div", { class: "isen-stack-tight" },
      h("div", { class: "isen-grid" }, field(t("person"), this.person), field(t("recipe"), this.recipe)),
      h("label", { class: "isen-check" }, this.favourites, h("span", { text: t("onlyFavourites") })));
    this.none = h("p", { class: "isen-muted isen-center", role: "status", "data-testid": "isen-no-images" });
    this.element = h("section", { class: "isen-stack", "aria-label": t("gallery") }, this.filters, this.none, this.wall.element);
  }

  watch() {
    this.wall.watch(/** @type {HTMLElement | null} */ (this.element.closest(".isen-body")));
  }

  /** @param {Isengard.Shown} state */
  show(state) {
    const { galleryFilter: filter, generations, characters, recipes } = state;
    if (this.of !== characters || this.ways !== recipes) this.#filters(filter, { characters, recipes });
    if (this.shown !== generations || this.by !== filter) {
      this.shown = generations;
      this.by = filter;
      this.pictures = picturesOf((generations ?? []).filter((known) => fits(filter, known)), filter.favourite);
      this.wall.show(this.pictures);
    }
    const filtered = filter.character || filter.recipe || filter.favourite;
    this.filters.hidden = !this.pictures.length && !filtered;
    this.none.textContent = generations === null ? "" : t(filtered ? "noneFits" : "noImages");
    this.none.hidden = this.pictures.length > 0 || (!filtered && (generations ?? []).length > 0);
  }

  /** @param {Isengard.Filter} filter @param {{characters: Isengard.Character[], recipes: Isengard.Recipe[]}} options */
  #filters(filter, { characters, recipes }) {
    this.of = characters;
    this.ways = recipes;
    this.names = Object.fromEntries(characters.map((known) => [known.id, known.name]));
    this.#choices(this.person, characters.map(({ id, name }) => [id, name]), filter.character);
    this.#choices(this.recipe, recipes.map(({ name, label }) => [name, label]), filter.recipe);
    this.favourites.checked = filter.favourite;
  }

  /** @param {Isengard.Generation} generation */
  namesOf(generation) {
    return generation.request.characters.map((use) => this.names[use.id] ?? t("gone"));
  }

  /** @param {Isengard.Generation} generation */
  nameOf(generation) {
    return this.namesOf(generation).join(", ");
  }

  /** @param {HTMLSelectElement} select @param {string[][]} entries @param {string} value */
  #choices(select, entries, value) {
    fill(select, entries, () => [h("option", { value: "", text: t("all") }), ...entries.map(([key, text]) => h("option", { value: key, text }))]);
    select.value = value;
  }

  #filter() {
    setFilter(this.view.store, { character: this.person.value, recipe: this.recipe.value, favourite: this.favourites.checked });
  }

  #more() {
    this.loading ??= this.view.store.more("generations").finally(() => (this.loading = null));
  }

  /** @param {Isengard.Entry} entry */
  #tile(entry) {
    const image = thumbnail(this.view.store.api.generations.thumbUrl(entry.generation, entry.image));
    const open = button(t("openImage", { n: entry.image.n + 1 }), () => openPicture(this, made.entry), { kind: "plain", bare: true });
    open.replaceChildren(image);
    const scores = h("div");
    const tile = h("div", { class: "isen-tile", role: "listitem" }, open, scores, h("span", { class: "isen-tile-mark", hidden: true }, icon("heart-fill")));
    const made = Object.assign(tile, { entry, scores });
    return made;
  }

  /** @param {Tile} tile @param {Isengard.Entry} entry */
  #changed(tile, entry) {
    tile.entry = entry;
    const { generation, image } = entry;
    tile.title = [lookWords(image), told(generation.request.prompt, this.namesOf(generation)), measuredWords(generation, this.names, image)].filter(Boolean).join(" · ");
    fill(tile.scores, [image.likeness, image.likenesses], () => badge(generation, this.names, image, { quiet: true }));
    Object.assign(tile.querySelector("img") ?? {}, { alt: t("imageAlt", { name: this.nameOf(entry.generation) }) });
    Object.assign(tile.lastChild ?? {}, { hidden: !liked(generation, image) });
  }
}
