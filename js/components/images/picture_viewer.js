/** One picture of the gallery in full: what can be done with it stands in picture_actions.js, keys move and do, what is deleted gives its place to the next. */

import { isThere, nowOf } from "../../data/gallery.js";
import { isPoor, measuredIn } from "../../data/likeness_rules.js";
import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { ActionBar } from "../looking/action_bar.js";
import { MendNote } from "../mending/mend_note.js";
import { showPictures } from "../shared/picture_dialog.js";
import { offerUndo } from "../shared/view.js";
import { WhyNot } from "../shared/why_not.js";
import { PICTURE_ACTIONS } from "./picture_actions.js";

/** @param {Isengard.Gallery} gallery @param {Isengard.Entry} first */
export function openPicture(gallery, first) {
  const { view } = gallery;
  const { store } = view;
  const items = [...gallery.pictures];
  const start = items.indexOf(first);
  /** What was shown when it went, and how it comes back. @type {{item: Isengard.Entry, back: () => void}[]} */
  const gone = [];
  /** @type {import("../shared/picture_dialog.js").PictureDialog<Isengard.Entry> | null} */
  let dialog = null;
  const now = () => nowOf(store.state, items[dialog?.at() ?? start]);
  /** @type {Isengard.PictureViewer} */
  const viewer = { close: () => dialog?.close() };
  const bar = new ActionBar(PICTURE_ACTIONS, { view, entry: now, viewer });
  const why = new WhyNot(store, { gone: viewer.close, mended: (words) => offerUndo(view, words, null) });
  const unmended = new MendNote(view, viewer.close);
  const changed = () => {
    bar.show(/** @type {Isengard.Shown} */ (store.state));
    unmended.show(now());
    why.show(...questionOf(gallery, now(), (cause) => view.again(now(), cause)));
  };
  dialog = showPictures(view, {
    label: t("imageAlt", { name: gallery.nameOf(first.generation) }), items, at: start, describe: (entry) => gallery.described(entry), tools: () => [bar.element], below: h("div", { class: "isen-stack-tight" }, unmended.element, why.element),
    keys: (event) => bar.press(event), changed, closed: () => stop(), dragged: (event) => gallery.dragOut(event, now()),
  });
  const { drop } = dialog;
  const stop = store.listen((state) => {
    for (const back of gone.filter(({ item }) => isThere(state, item))) gone.splice(gone.indexOf(back), 1)[0].back();
    for (const item of items.filter((one) => !isThere(state, one))) gone.push({ item, back: drop(item) });
    if (items.length) changed();
  });
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
