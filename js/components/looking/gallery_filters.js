/** Which pictures are shown, and in which order: a search that is always there, the rest behind a button that remembers being open. */

import { button, field, h, say } from "../../lib/dom.js";
import { count } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { lasting } from "../../lib/memory.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

const OPEN_KEY = "isengard.images.filters";
/** After the last letter. */
const TYPED_MS = 300;
const SORTS = ["date", "person", "likeness"];

export class GalleryFilters {
  /** @param {(filter: Isengard.Filter) => unknown} changed @param {{opened: () => unknown, memory?: Isengard.Memory}} options `opened`: the choices come into sight */
  constructor(changed, { opened, memory = lasting() }) {
    this.changed = changed;
    this.opened = opened;
    /** @type {Isengard.Character[]} */
    this.people = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.typing = undefined;
    this.search = h("input", {
      type: "search", maxlength: 200, placeholder: t("searchPictures"), "aria-label": t("searchPictures"), title: t("searchPicturesHint"), "data-testid": "isen-search-pictures",
      on: { input: () => this.#typed(), keydown: (event) => event.key === "Enter" && !event.isComposing && this.#tell() },
    });
    const tell = () => this.#tell();
    this.sort = h("select", { "data-testid": "isen-sort-pictures", on: { change: tell } }, ...SORTS.map((name) => h("option", { value: name, text: t(`sort_${name}`) })));
    this.person = h("select", { "data-testid": "isen-filter-person", on: { change: tell } });
    this.version = h("select", { "data-testid": "isen-filter-version", on: { change: tell } });
    this.recipe = h("select", { "data-testid": "isen-filter-recipe", on: { change: tell } });
    this.album = h("select", { "data-testid": "isen-filter-album", on: { change: tell } });
    this.albumField = field(t("album"), this.album);
    this.favourites = h("input", { type: "checkbox", "data-testid": "isen-only-favourites", on: { change: tell } });
    this.more = h("div", { class: "isen-stack-tight" },
      h("div", { class: "isen-grid" }, field(t("sortPictures"), this.sort), field(t("person"), this.person), field(t("version"), this.version), field(t("recipe"), this.recipe), this.albumField),
      h("label", { class: "isen-check" }, this.favourites, h("span", { text: t("onlyFavourites") })));
    this.words = h("span", { text: t("filters") });
    this.toggle = button("", () => this.#open(this.more.hidden, memory), { icon: "filter", testid: "isen-gallery-filters" });
    this.toggle.append(this.words);
    this.element = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row isen-tight" }, h("span", { class: "isen-grow" }, this.search), this.toggle), this.more);
    this.#open(memory?.getItem(OPEN_KEY) === "1", null);
  }

  /** @param {boolean} open @param {Isengard.Memory} memory */
  #open(open, memory) {
    this.more.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    memory?.setItem(OPEN_KEY, open ? "1" : "");
    if (open) this.opened();
  }

  /** @param {Isengard.Filter} filter @param {{characters: Isengard.Character[], recipes: Isengard.Recipe[], albums: Isengard.Album[] | null}} options */
  show(filter, { characters, recipes, albums }) {
    this.people = characters;
    this.#choices(this.person, characters.map(({ id, name }) => [id, name]), filter.character);
    this.#choices(this.recipe, recipes.map((one) => [one.name, said(one, "label")]), filter.recipe);
    this.#choices(this.album, (albums ?? []).map(({ id, name }) => [id, name]), filter.album);
    this.albumField.hidden = !albums?.length && !filter.album;
    this.#choices(this.version, versionsOf(characters, filter.character), filter.version);
    this.favourites.checked = filter.favourite;
    this.sort.value = filter.sort;
    if (document.activeElement !== this.search) this.search.value = filter.search;
    const active = [filter.character, filter.recipe, filter.album, filter.version, filter.favourite, filter.sort !== SORTS[0]].filter(Boolean).length;
    say(this.words, active ? t("filtersOn", { n: active }) : t("filters"));
  }

  /** @param {HTMLSelectElement} select @param {string[][]} entries @param {string} value */
  #choices(select, entries, value) {
    fill(select, entries, () => [h("option", { value: "", text: t("all") }), ...entries.map(([key, text]) => h("option", { value: key, text }))]);
    select.value = value;
  }

  #typed() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#tell(), TYPED_MS);
  }

  #tell() {
    clearTimeout(this.typing);
    const [search, character, recipe, album] = [this.search.value.trim(), this.person.value, this.recipe.value, this.album.value];
    const version = versionsOf(this.people, character).some(([file]) => file === this.version.value) ? this.version.value : "";  // of somebody else
    this.changed({ character, recipe, album, version, search, favourite: this.favourites.checked, sort: /** @type {Isengard.Filter["sort"]} */ (this.sort.value) });
  }
}

/** [file, words], the newest first; with whose it is where everybody's are listed. @param {Isengard.Character[]} characters @param {string} person */
export function versionsOf(characters, person) {
  const people = characters.filter(({ id }) => !person || id === person);
  return people.flatMap(({ name, versions }) => [...versions].reverse().map(({ file, step }) => {
    const words = t("stepNumber", { n: count(step) });
    return [file, person ? words : t("ofPerson", { name, words })];
  }));
}
