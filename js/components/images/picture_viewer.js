/** One picture of the gallery in full: keys move, F likes, Delete puts it away and shows the next; its settings and its graph can be had again. */

import { button, icon } from "../../lib/dom.js";
import { liked, told } from "../../data/gallery.js";
import { isPoor, measuredIn } from "../../data/likeness_rules.js";
import { t } from "../../locales/words.js";
import { lookWords } from "../shared/look_words.js";
import { offerUndo } from "../shared/view.js";
import { badge, measuredWords } from "../shared/score_badge.js";
import { showPictures } from "../shared/picture_dialog.js";
import { WhyNot } from "../shared/why_not.js";

/** @param {Isengard.Gallery} gallery @param {Isengard.Entry} entry */
export function openPicture(gallery, entry) {
  const { view, pictures } = gallery;
  let at = () => 0;
  const now = () => latest(gallery, items[at()].entry);
  const items = pictures.map((one) => ({ entry: one, ...itemOf(gallery, one) }));
  const heart = button(t("favourite"), () => like(view, now(), show), { bare: true, testid: "isen-favourite" });
  const show = (favourite = liked(now().generation, now().image)) => {
    heart.setAttribute("aria-pressed", String(favourite));
    heart.replaceChildren(icon(favourite ? "heart-fill" : "heart"));
  };
  const away = () => {
    const item = items[at()];
    return putAway(view, now(), () => drop(item));
  };
  /** @type {() => void} */
  let closed = () => {};
  const why = new WhyNot(view.store, { gone: () => closed(), mended: (words) => offerUndo(view, words, null) });
  const shown = () => {
    show();
    why.show(...questionOf(gallery, now(), (cause) => view.again(now(), cause)));
  };
  const trash = button(t("deleteImage"), away, { icon: "trash", bare: true, testid: "isen-delete-image" });
  /** @param {() => void} close @param {() => number} where */
  const tools = (close, where) => {
    at = where;
    closed = close;
    const canvas = view.panel?.frontend;
    return [
      heart,
      button(t("reuse"), () => (close(), view.reuse(now())), { icon: "replay", bare: true, testid: "isen-reuse" }),
      canvas && button(t("openOnCanvas"), async () => (await onCanvas(gallery, now())) && close(), { icon: "sitemap", bare: true, testid: "isen-open-canvas" }),
      trash,
    ];
  };
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    if (event.key === "f" && !event.ctrlKey && !event.metaKey) heart.click();
    if (event.key === "Delete") trash.click();
  };
  const drop = showPictures(view, { label: t("imageAlt", { name: gallery.nameOf(entry.generation) }), items, at: pictures.indexOf(entry), below: why.element, tools, keys, changed: shown });
}

/**
 * Whom to ask about, and whether by itself: of several the one who was measured to be least like themselves.
 * @param {Isengard.Gallery} gallery @param {Isengard.Entry} entry @param {(cause: Isengard.Cause) => unknown} again
 * @returns {[import("../shared/why_not.js").About | null, boolean]}
 */
export function questionOf(gallery, { generation, image }, again) {
  const [least] = measuredIn(generation, image).sort((one, other) => (one.likeness.score ?? 0) - (other.likeness.score ?? 0));
  const id = least?.id ?? generation.request.characters[0]?.id;
  const name = id && gallery.names[id];
  return [name ? { person: { id, name }, picture: { id: generation.id, n: image.n }, again } : null, isPoor(least?.likeness)];
}

/** What the viewer shows of it. @param {Isengard.Gallery} gallery @param {Isengard.Entry} entry */
function itemOf(gallery, { generation, image }) {
  return {
    src: gallery.view.store.api.generations.imageUrl(generation, image), name: `${generation.id}-${image.n}.png`, mark: badge(generation, gallery.names, image),
    caption: [told(generation.request.prompt, gallery.namesOf(generation)), t("pixels", { w: image.width, h: image.height }), t("seedIs", { n: image.seed }), lookWords(image), measuredWords(generation, gallery.names, image)].filter(Boolean).join(" · "),
  };
}

/** The entry as it is known now: it may have been liked since the viewer was opened. @param {Isengard.Gallery} options @param {Isengard.Entry} entry */
function latest({ view }, entry) {
  const generation = view.store.state.generations?.find((known) => known.id === entry.generation.id) ?? entry.generation;
  return { ...entry, generation, image: generation.images.find((known) => known.n === entry.image.n) ?? entry.image };
}

/**
 * Shown at once, taken back when the server refuses.
 * @param {Isengard.PicturesView} options @param {Isengard.Entry} entry @param {(favourite: boolean) => void} show
 */
async function like({ store }, { generation, image }, show) {
  const favourite = !liked(generation, image);
  show(favourite);
  const kept = store.keepGeneration(await store.attempt((id) => store.api.generations.likeImage(generation.id, image.n, favourite, id)));
  if (!kept) show(!favourite);
}

/**
 * Into the trash, with undo; the last picture takes its generation along. `drop` takes it out of sight and answers with its way back.
 * @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {() => () => void} drop
 */
async function putAway(view, { generation, image }, drop) {
  const { store } = view;
  const { generations } = store.api;
  const last = generation.images.filter((known) => !known.deleted_at).length < 2;
  const answer = await store.attempt((id) => (last ? generations.remove(generation.id, id) : generations.removeImage(generation.id, image.n, id)));
  if (!answer) return;
  store.keepGeneration(answer);
  const back = drop();
  const restore = () => store.attempt((id) => (last ? generations.restore(generation.id, id) : generations.restoreImage(generation.id, image.n, id)));
  offerUndo(view, t("imageDeleted"), async () => store.keepGeneration(await restore()) && back());
}

/**
 * This picture's workflow with its request filled in, in a canvas tab of its own, from where it can be saved back.
 * @param {Isengard.Gallery} gallery @param {Isengard.Entry} entry
 */
async function onCanvas(gallery, { generation, image }) {
  const { view } = gallery;
  const opened = await view.store.attempt(() => view.store.api.generations.workflow(generation.id, image.n));
  if (!opened) return false;
  const name = t("canvasName", { name: gallery.nameOf(generation), seed: image.seed }).replaceAll(/[\\/]/g, " ");
  const { panel } = view;
  await panel?.frontend?.openWorkflow(opened, name, panel.getBoundingClientRect().right);
  return true;
}
