/**
 * What can be done with a picture, one record each: the viewer's buttons and menu are made from them, and the bar of a selection from those for many.
 * `Isengard.PictureAction` (tests/js/panel.d.ts) says what a record holds; whoever adds something to do adds a record.
 */

import { liked, nowOf, withLiked } from "../../data/gallery.js";
import { changePictures, patchOf } from "../../data/looking/many_pictures.js";
import { h } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { FROM_PICTURE_ACTIONS } from "../from_picture/actions.js";
import { chooseAlbum } from "../looking/album_choice.js";
import { openComparison } from "../looking/comparison.js";
import { MEND_ACTION } from "../mending/mend_action.js";
import { offerUndo } from "../shared/view.js";

/** More than that nobody finds their way through in a list. */
const MOST_COMPARED = 40;
/** Chromium saves so many files a second that a page begins, and forgets the others without a word. */
const FILES_AT_ONCE = 10;
const NEXT_FILES_MS = 1200;
/** By then a browser has begun to save a file. */
const REVOKED_MS = 60_000;

/** @type {Isengard.PictureAction[]} */
export const PICTURE_ACTIONS = [
  {
    id: "favourite", words: "favourite", testid: "isen-favourite", key: "f", bar: true, many: true, when: () => true,
    icon: ({ generation, image }) => (liked(generation, image) ? "heart-fill" : "heart"),
    pressed: ({ generation, image }) => liked(generation, image),
    run: (view, entry) => like(view, entry, !liked(entry.generation, entry.image)),
    all: likeAll,
  },
  {
    id: "reuse", icon: "replay", words: "reuse", testid: "isen-reuse", bar: true, when: () => true,
    run: (view, entry, viewer) => (viewer.close(), view.reuse(entry)),
  },
  {
    id: "compare", icon: "clone", words: "compare", testid: "isen-compare", key: "c", bar: true, many: true, least: 2, most: MOST_COMPARED, when: () => true,
    run: (view, entry) => compareFrom(view, entry),
    all: (view, entries) => compareAll(view, entries, [0, 1]),
  },
  MEND_ACTION,
  {
    id: "download", icon: "download", words: "download", testid: "isen-download-pictures", many: true, manyOnly: true, when: () => true, run: (view, entry) => download(view, [entry]), all: download,
  },
  {
    id: "album", icon: "folder", words: "moveToAlbum", testid: "isen-move-album", many: true, when: () => true,
    run: (view, entry) => chooseAlbum(view, [entry]),
    all: chooseAlbum,
  },
  {
    id: "canvas", icon: "sitemap", words: "openOnCanvas", testid: "isen-open-canvas", when: () => true, here: (view) => Boolean(view.panel?.frontend),
    run: async (view, entry, viewer) => (await onCanvas(view, entry)) && viewer.close(),
  },
  ...FROM_PICTURE_ACTIONS,
  {
    id: "jpeg", icon: "share-alt", words: "downloadJpeg", testid: "isen-download-jpeg", many: true, when: () => true,
    run: saveJpeg, all: saveJpegs,
  },
  {
    id: "delete", icon: "trash", words: "deleteImage", testid: "isen-delete-image", key: "Delete", bar: true, many: true, when: () => true,
    run: (view, entry) => putAway(view, [entry]),
    all: putAway,
  },
];

/** Without the prompt and the names that a PNG holds. @param {Isengard.PicturesView} view @param {Isengard.Entry} entry */
function saveJpeg({ store, gallery }, entry) {
  const href = store.api.generations.copyUrl(entry.generation, entry.image, "jpeg");
  h("a", { href, download: gallery.fileName(entry).replace(/\.\w+$/, ".jpg") }).click();
}

/** @param {Isengard.PicturesView} view @param {Isengard.Entry[]} entries */
async function saveJpegs(view, entries) {
  for (const [at, entry] of entries.entries()) {
    if (at && at % FILES_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, NEXT_FILES_MS));
    saveJpeg(view, entry);
  }
}

/** One zip file, with the names that each of them has as a file. @param {Isengard.PicturesView} view @param {Isengard.Entry[]} entries */
async function download({ store }, entries) {
  const places = entries.map(({ generation, image }) => ({ generation_id: generation.id, n: image.n }));
  const zip = await store.attempt((id) => store.api.generations.zip(places, id));
  if (!zip) return;
  const href = URL.createObjectURL(zip);
  h("a", { href, download: `${t("gallery")}.zip` }).click();
  setTimeout(() => URL.revokeObjectURL(href), REVOKED_MS);
}

/** @param {Isengard.PicturesView} view @param {Isengard.Entry[]} entries @param {[number, number]} two */
function compareAll(view, entries, two) {
  openComparison(view, entries.map((entry) => view.gallery.described(entry)), two);
}

/** With the pictures around it, against the one before it. @param {Isengard.PicturesView} view @param {Isengard.Entry} entry */
function compareFrom(view, entry) {
  const { pictures } = view.gallery;
  const at = Math.max(0, pictures.findIndex(({ key }) => key === entry.key));
  const begin = Math.max(0, Math.min(at - MOST_COMPARED / 2, pictures.length - MOST_COMPARED));
  const around = pictures.slice(begin, begin + MOST_COMPARED);
  const here = at - begin;
  if (around.length > 1) compareAll(view, around, [here, here + 1 < around.length ? here + 1 : here - 1]);
}

/**
 * Shown at once, taken back when the server refuses.
 * @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {boolean} favourite
 */
async function like({ store }, entry, favourite) {
  const { generation: { id }, image: { n } } = entry;
  /** @param {boolean} value */
  const show = (value) => store.keepGeneration(withLiked(nowOf(store.state, entry).generation, n, value));
  show(favourite);
  const kept = store.keepGeneration(await store.attempt((action) => store.api.generations.likeImage(id, n, favourite, action)));
  if (!kept) show(!favourite);
}

/** All become favourites; where all are, none stays one. @param {Isengard.PicturesView} view @param {Isengard.Entry[]} chosen */
async function likeAll(view, chosen) {
  const entries = chosen.map((entry) => nowOf(view.store.state, entry));
  const favourite = entries.some(({ generation, image }) => !liked(generation, image));
  const others = entries.filter(({ generation, image }) => liked(generation, image) !== favourite);
  await changePictures(view.store, others.map((entry) => patchOf(entry, { favourite })));
}

/**
 * Into the trash, with undo; the last picture takes its generation along.
 * @param {Isengard.PicturesView} view @param {Isengard.Entry[]} chosen
 */
async function putAway(view, chosen) {
  const { store } = view;
  const gone = await changePictures(store, chosen.map((entry) => patchOf(entry, { deleted: true })));
  if (!gone.length) return;
  offerUndo(view, gone.length > 1 ? counted("imagesDeleted", gone.length) : t("imageDeleted"), () => changePictures(store, gone.map((patch) => ({ ...patch, deleted: false }))));
}

/**
 * This picture's workflow with its request filled in, in a canvas tab of its own, from where it can be saved back.
 * @param {Isengard.PicturesView} view @param {Isengard.Entry} entry
 */
async function onCanvas(view, { generation, image }) {
  const opened = await view.store.attempt(() => view.store.api.generations.workflow(generation.id, image.n));
  if (!opened) return false;
  const name = t("canvasName", { name: view.gallery.nameOf(generation), seed: image.seed }).replaceAll(/[\\/]/g, " ");
  const { panel } = view;
  await panel?.frontend?.openWorkflow(opened, name, panel.getBoundingClientRect().right);
  return true;
}
