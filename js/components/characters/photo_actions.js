/** What can be done to a photo from more than one place. */

import { t } from "../../locales/words.js";
import { offerUndo } from "../shared/view.js";

/** Into the trash, with undo. @param {Isengard.View} view @param {string} characterId @param {string} photoId */
export async function removePhoto(view, characterId, photoId) {
  const { store } = view;
  const { photos } = store.api;
  if (!(await store.attempt((id) => photos.remove(characterId, photoId, id)))) return false;
  offerUndo(view, t("photoDeleted"), () => store.attempt((id) => photos.restore(characterId, photoId, id)));
  return true;
}
