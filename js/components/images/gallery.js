/** Every picture there is: a search and filters, a wall of thumbnails, each in full, and several chosen at once. */

import { button, h, icon, say } from "../../lib/dom.js";
import { decimal, dotted, listed } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { loadAlbums } from "../../data/albums/albums.js";
import { fits, isFiltered, liked, picturesOf, promptOf, setFilter, sorted, told } from "../../data/gallery.js";
import { pictureName } from "../../data/looking/picture_name.js";
import { t } from "../../locales/words.js";
import { practiceMark } from "../first_hour/practice.js";
import { badge, measuredWords } from "../shared/score_badge.js";
import { thumbnail } from "../shared/thumbnail_preload.js";
import { dragOut } from "../looking/dragging_out.js";
import { GalleryFilters } from "../looking/gallery_filters.js";
import { openPictureTrash } from "../looking/picture_trash.js";
import { Selecting } from "../looking/selecting.js";
import { SelectionBar } from "../looking/selection_bar.js";
import { PICTURE_ACTIONS } from "./picture_actions.js";
import { openPicture } from "./picture_viewer.js";
import { lookWords } from "../shared/look_words.js";
import { whenBack } from "../shared/view.js";
import { VersionNames } from "../shared/version_names.js";
import { VirtualWall } from "../shared/virtual_wall.js";

/** So long nothing more is asked for once it was refused, unless ComfyUI is back before. */
const REFUSED_MS = 5000;

/** @typedef {HTMLDivElement & {entry: Isengard.Entry, open: HTMLButtonElement, tick: HTMLElement | null, worn: HTMLElement}} Tile */

export class Gallery {
  /** @param {Isengard.PicturesView} view the view of pictures, which can take settings again */
  constructor(view) {
    this.view = view;
    /** @type {Isengard.Entry[]} */
    this.pictures = [];
    /** @type {Record<string, string>} */
    this.names = {};
    /** The names as they stand on the tiles. */
    this.called = "";
    /** The step of each version in words, by its file. @type {Record<string, string>} */
    this.steps = {};
    /** What was shown last: pictures, their filter, people and recipes. @type {unknown[]} */
    this.shown = [];
    /** @type {Promise<void> | null} */
    this.loading = null;
    this.wall = new VirtualWall({
      label: t("gallery"), id: ({ key }) => key, make: (entry) => this.#tile(entry), update: (tile, entry) => this.#changed(tile, entry), near: () => this.#more(),
      placed: (tiles) => this.selecting.placed(tiles),
    });
    /** @type {Selecting} */
    this.selecting = new Selecting(this.wall, {
      open: (entry) => openPicture(this, entry), changed: () => this.#selected(), press: (event) => this.bar.press(event),
      label: ({ generation, image }) => t("selectImage", { name: this.nameOf(generation), n: image.n + 1 }),
    });
    /** @type {SelectionBar} */
    this.bar = new SelectionBar(PICTURE_ACTIONS, { view, chosen: () => this.selecting.chosen, all: () => this.selecting.all(), none: () => this.selecting.none(),
      left: () => /** @type {HTMLElement | null} */ (this.wall.element.querySelector('button[tabindex="0"]'))?.focus({ preventScroll: true }) });
    this.filters = new GalleryFilters((filter) => setFilter(this.view.store, filter), { opened: () => loadAlbums(this.view.store) });
    this.trash = button(t("deletedPictures"), () => openPictureTrash(this.view), { icon: "trash", kind: "link", testid: "isen-picture-trash" });
    this.none = h("p", { class: "isen-muted isen-center", role: "status", "data-testid": "isen-no-images" });
    this.wall.element.addEventListener("dragstart", (event) => this.#drag(event));
    this.element = h("section", { class: "isen-stack isen-gallery", "aria-label": t("gallery") }, this.filters.element, this.none, this.wall.element, this.bar.element);
    this.none.after(this.trash);
  }

  watch() {
    this.wall.watch(...[".isen-pictures-side", ".isen-body"].map((box) => /** @type {HTMLElement | null} */ (this.element.closest(box))));
  }

  /** @param {Isengard.Shown} state */
  show(state) {
    const { galleryFilter: filter, filtering, generations, characters, recipes, albums } = state;
    const [others, before, people, ways, folders] = this.shown;
    this.shown = [generations, filter, characters, recipes, albums];
    if (people !== characters || ways !== recipes || before !== filter || folders !== albums) {
      this.names = Object.fromEntries(characters.map((known) => [known.id, known.name]));
      this.steps = Object.fromEntries(characters.flatMap(({ versions }) => stepsOf(versions, state)));
      this.filters.show(filter, { characters, recipes, albums });
    }
    if (others !== generations || before !== filter || people !== characters) {
      const fitting = (generations ?? []).filter((known) => fits(filter, known, this.names));
      this.pictures = sorted(picturesOf(fitting, filter.favourite), filter.sort, this.names);
      this.wall.show(this.pictures);
      this.selecting.show(this.pictures);
    }
    this.#renamed();
    const filtered = isFiltered(filter);
    this.filters.element.hidden = !this.pictures.length && !filtered;
    say(this.none, generations === null ? "" : t(filtering ? "loading" : filtered ? "noneFits" : "noImages"));
    // beside the filters where there are some, else where the pictures would be
    const home = this.filters.element.hidden ? this.element : this.filters.more;
    if (this.trash.parentNode !== home) home.insertBefore(this.trash, home === this.element ? this.wall.element : null);
    this.trash.hidden = generations === null;
    this.none.hidden = this.pictures.length > 0 || (!filtered && (generations ?? []).length > 0);
    this.bar.show(state);
  }

  /** Pictures that are made of somebody tell who that is: by another name once there is one. */
  #renamed() {
    const called = JSON.stringify(this.names);
    if (called === this.called) return;
    this.called = called;
    for (const { node, item } of this.wall.nodes.values()) this.#changed(node, item);
  }

  #selected() {
    this.bar.show(/** @type {Isengard.Shown} */ (this.view.store.state));
  }

  /** @param {Isengard.Generation} generation */
  namesOf(generation) {
    return generation.request.characters.map((use) => this.names[use.id] ?? t("gone"));
  }

  /** @param {Isengard.Generation} generation */
  nameOf(generation) {
    return listed(this.namesOf(generation));
  }

  /** What it is called as a file. @param {Isengard.Entry} entry */
  fileName({ generation, image }) {
    return pictureName(generation, image, this.names);
  }

  /** With which version, and how strongly; '' where nobody was drawn by one. @param {Isengard.Generation} generation */
  #drawn({ versions, request: { characters: [first] } }) {
    const [file] = versions ?? [];
    if (!file || !first) return "";
    const strength = decimal(first.strength, 2);
    return file in this.steps ? t("wallPicture", { step: this.steps[file], strength }) : t("benchPicture", { strength });
  }

  /** What a dialog shows of it; `label` tells it from others. @param {Isengard.Entry} entry */
  described(entry) {
    const { generation, image } = entry;
    const drawn = this.#drawn(generation);
    const mended = generation.made_from?.how === "mend" ? t("facesMended") : "";
    const name = this.fileName(entry);
    const words = [told(promptOf(generation, image), this.namesOf(generation)), t("pixels", { w: image.width, h: image.height }), t("seedIs", { n: image.seed }), drawn, mended, lookWords(image), measuredWords(generation, this.names, image)];
    return {
      src: this.view.store.api.generations.imageUrl(generation, image), file: this.view.store.api.generations.copyUrl(generation, image), name, label: dotted([name.replace(/\.\w+$/, ""), drawn, mended]), mark: badge(generation, this.names, image), caption: dotted(words),
      width: image.width, height: image.height,
    };
  }

  #more() {
    this.loading ??= this.#next().finally(() => (this.loading = null));
  }

  /** What is said of a refusal moves the wall, which would ask again at once. */
  async #next() {
    const { store } = this.view;
    if (await store.more("generations", { pressed: false })) return;
    let stop = () => {};
    await new Promise((resolve) => {
      setTimeout(resolve, REFUSED_MS);
      stop = whenBack(store, () => resolve(null));
    });
    stop();
  }

  /** The whole picture, where its small copy is what is seen. @param {DragEvent} event */
  #drag(event) {
    const tile = /** @type {Tile | null} */ (/** @type {Element} */ (event.target).closest(".isen-tile"));
    if (!tile) return;
    this.dragOut(event, tile.entry);
  }

  /** @param {DragEvent} event @param {Isengard.Entry} entry */
  dragOut(event, entry) {
    const { generations } = this.view.store.api;
    dragOut(event, { file: generations.copyUrl(entry.generation, entry.image), address: generations.imageUrl(entry.generation, entry.image), name: this.fileName(entry) });
  }

  /** @param {Isengard.Entry} entry @returns {Tile} */
  #tile(entry) {
    const image = thumbnail(this.view.store.api.generations.thumbUrl(entry.generation, entry.image));
    image.draggable = false;  // or the small copy would be dragged, not the picture
    const open = h("button", { class: "isen-icon isen-plain", draggable: "true" }, image);
    return Object.assign(h("div", { class: "isen-tile", role: "listitem" }, open), { entry, open, tick: null, worn: h("div") });
  }

  /** @param {Tile} tile @param {Isengard.Entry} entry */
  #changed(tile, entry) {
    tile.entry = entry;
    const { generation, image } = entry;
    const name = this.nameOf(generation);
    tile.title = dotted([lookWords(image), told(promptOf(generation, image), this.namesOf(generation)), measuredWords(generation, this.names, image)]);
    this.#wear(tile, entry);
    tile.open.setAttribute("aria-label", t("openImage", { n: image.n + 1 }));
    tile.open.firstElementChild?.setAttribute("alt", t("imageAlt", { name }));
    this.selecting.mark(tile);
  }

  /** What is told on a picture; most have nothing to tell, and nothing is laid out for it. @param {Tile} tile @param {Isengard.Entry} entry */
  #wear({ worn, open }, { generation, image }) {
    const favourite = liked(generation, image);
    fill(worn, [image.likeness, image.likenesses, generation.practice, favourite], () => [
      generation.practice ? practiceMark() : badge(generation, this.names, image, { quiet: true }),
      favourite && h("span", { class: "isen-tile-mark" }, icon("heart-fill")),
    ]);
    if (worn.childElementCount) open.after(worn);
    else worn.remove();
  }
}

/** What each version is called, by its file. @param {Isengard.Version[]} versions @param {Isengard.Shown} state */
function stepsOf(versions, state) {
  const names = new VersionNames(versions, state);
  return versions.map((version) => [version.file, names.step(version)]);
}
