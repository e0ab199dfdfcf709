/** "Mend faces" of a picture: a second picture with its faces drawn again, each by its own person's LoRA. */

import { mendFaces } from "../../data/faces/mending.js";
import { cannotReadFaces } from "../../data/faces/reader.js";
import { t } from "../../locales/words.js";
import { offerUndo } from "../shared/view.js";

/** @type {Isengard.PictureAction} */
export const MEND_ACTION = {
  id: "mend", icon: "sparkles", words: "mendFaces", testid: "isen-mend", many: true,
  when: (entry, state) => !whyNot(entry, state), why: whyNot,
  run: mend,
};

/** Why a picture's faces cannot be mended, in a sentence; '' where they can, or where only the server knows. @param {Isengard.Entry} entry @param {Pick<Isengard.State, "likeness">} state */
function whyNot({ generation }, state) {
  if (!generation.versions?.some(Boolean)) return t("mendNeedsLora");
  return cannotReadFaces(state) ? t("mendNeedsReader") : "";
}

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry */
async function mend(view, { generation, image }) {
  if (await mendFaces(view.store, generation.id, image.n)) offerUndo(view, t("facesBeingMended"), null);
}
