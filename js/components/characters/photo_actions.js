/** What can be done to photos, one or many, from more than one place: each in one request, with one way back. */

import { counted } from "../../lib/format.js";
import { MARKS } from "../../lib/photo_use.js";
import { t } from "../../locales/words.js";
import { offerUndo } from "../shared/view.js";

/** Into the trash, with undo. @param {Isengard.View} view @param {string} characterId @param {string} photoId */
export function removePhoto(view, characterId, photoId) {
  return removePhotos(view, characterId, [photoId]);
}

/** @param {Isengard.View} view @param {string} characterId @param {string[]} ids */
export async function removePhotos(view, characterId, ids) {
  const back = await view.store.photos.removeMany(characterId, ids);
  if (back) offerUndo(view, counted("photosDeleted", ids.length), back);
  return Boolean(back);
}

/** @param {Isengard.View} view @param {string} characterId @param {string[]} ids @param {import("../../lib/photo_use.js").Use} use */
export async function usePhotos(view, characterId, ids, use) {
  const back = await view.store.photos.changeMany(characterId, ids, MARKS[use]);
  if (back) offerUndo(view, counted(`used_${use}`, ids.length), back);
}

/** The same words under each. @param {Isengard.View} view @param {string} characterId @param {string[]} ids @param {string} caption */
export async function captionPhotos(view, characterId, ids, caption) {
  const back = await view.store.photos.changeMany(characterId, ids, { caption });
  if (back) offerUndo(view, counted("replaced", ids.length), back);
  return Boolean(back);
}

/** A quarter to the right; the ids of what they are now, or null. @param {Isengard.View} view @param {string} characterId @param {string[]} ids @param {() => void} undone once they are what they were */
export async function turnPhotos(view, characterId, ids, undone = () => {}) {
  const answer = await view.store.photos.turnMany(characterId, ids);
  if (answer) offerUndo(view, counted("rotated", ids.length), async () => (await answer.undo()) && undone());
  return answer?.turned ?? null;
}

/** Shown as the person's face; the one before comes back with undo. @param {Isengard.View} view @param {string} characterId @param {string} photoId */
export async function coverOf(view, characterId, photoId) {
  const { store } = view;
  const before = store.state.characters?.find((known) => known.id === characterId)?.cover_photo_id ?? "";
  /** @param {string} cover */
  const set = (cover) => store.attempt(async (id) => store.keepCharacter(await store.api.characters.update(characterId, { cover_photo_id: cover }, id)));
  if (await set(photoId)) offerUndo(view, t("coverChanged"), () => set(before));
}
