/** Into which album pictures go: one of those there are, a new one, or out of the one they are in. */

import { loadAlbums } from "../../data/albums/albums.js";
import { changePictures, patchOf } from "../../data/looking/many_pictures.js";
import { button, field, h, sends } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { offerUndo } from "../shared/view.js";

/** Pictures of one order stay together. @param {Isengard.View} view @param {Isengard.Entry[]} entries */
export function chooseAlbum(view, entries) {
  const { store } = view;
  const generations = [...new Map(entries.map(({ generation }) => [generation.id, generation])).values()];
  const list = h("div", { class: "isen-stack-tight isen-album-list", role: "group", "aria-label": t("albums") });
  const name = h("input", { type: "text", maxlength: 80, dir: "auto", "data-testid": "isen-album-name" });
  /** @param {string} album */
  const into = async (album) => {
    dialog.close();
    await moveAll(view, entries, album);
  };
  const create = async () => {
    if (!name.value.trim()) return name.focus();
    const made = await store.attempt((id) => store.api.albums.create(name.value.trim(), id));
    if (made) await into(made.id);
  };
  const stop = store.listen(({ albums }) => show(albums));
  const dialog = openDialog(view, { label: t("moveToAlbum"), kind: "isen-question", closed: stop },
    h("div", { class: "isen-row isen-top" }, h("h2", { class: "isen-grow", text: t("moveToAlbum") }), closer(() => dialog.close())), list,
    h("form", { class: "isen-row isen-bottom", on: { submit: sends(create) } },
      h("div", { class: "isen-grow" }, field(t("newAlbum"), name)), h("button", { type: "submit", text: t("createAlbum"), "data-testid": "isen-album-create" })));
  /** @param {Isengard.Album[] | null} albums */
  const show = (albums) => fill(list, albums, () => [
    ...(albums ?? []).map((album) => button(t("albumOf", { name: album.name, n: album.pictures }), () => into(album.id), { icon: "folder", testid: "isen-album" })),
    generations.some(({ album_id: known }) => known) && button(t("outOfAlbum"), () => into(""), { icon: "times", testid: "isen-album-none" }),
  ]);
  show(store.state.albums);
  loadAlbums(store);
}

/** With undo: each goes back to where it was. @param {Isengard.View} view @param {Isengard.Entry[]} entries @param {string} album */
async function moveAll(view, entries, album) {
  const { store } = view;
  const was = new Map(entries.map(({ generation }) => [generation.id, generation.album_id ?? ""]));
  const moved = await changePictures(store, entries.map((entry) => patchOf(entry, { album_id: album })));
  loadAlbums(store);
  if (!moved.length) return;
  const to = store.state.albums?.find(({ id }) => id === album)?.name;
  offerUndo(view, to ? t("movedToAlbum", { name: to }) : counted("movedOut", moved.length), async () => {
    await changePictures(store, moved.map((patch) => ({ ...patch, album_id: was.get(patch.generation_id) ?? "" })));
    loadAlbums(store);
  });
}
