/** What a picture can be gone on from with, as records for the viewer (picture_actions.js). */

import { canStart, recipesFor } from "../../data/from_picture.js";
import { t } from "../../locales/words.js";
import { openEnlarging } from "./enlarging.js";
import { keepAsPhoto, peopleIn } from "./keeping_photo.js";
import { openPuttingInto } from "./putting_into.js";
import { openFromPicture, openVariations } from "./varying.js";

/** Whether anybody can be put into it. @param {Isengard.Entry} entry @param {Isengard.Shown} state */
const anybody = (entry, state) => state.characters.some(({ id }) => recipesFor(state, entry.generation.request.recipe, [id], "mask").length);
/** @param {Isengard.Entry} entry @param {Isengard.Shown} state */
const somebody = (entry, state) => peopleIn(entry, state).length > 0;
/** Why something cannot be done with a picture whose people have gone. @param {Isengard.Entry} entry @param {Isengard.Shown} state */
const gone = (entry, state) => (somebody(entry, state) ? "" : t("onwardGone"));
/** Why it cannot be drawn on from. @param {Isengard.Entry} entry @param {Isengard.Shown} state */
const cannot = (entry, state) => gone(entry, state) || (canStart(entry, state) ? "" : t("onwardCannot"));
/** @param {Isengard.Entry} entry @param {Isengard.Shown} state */
const nobody = (entry, state) => (anybody(entry, state) ? "" : t("intoCannot"));

/** @type {Isengard.PictureAction[]} */
export const FROM_PICTURE_ACTIONS = [
  { id: "variations", icon: "images", words: "variations", testid: "isen-variations", when: canStart, why: cannot, run: openVariations },
  { id: "from", icon: "pencil", words: "fromPicture", testid: "isen-from-picture", when: canStart, why: cannot, run: openFromPicture },
  { id: "enlarge", icon: "window-maximize", words: "enlarge", testid: "isen-enlarge-picture", when: somebody, why: gone, run: openEnlarging },
  { id: "into", icon: "user-plus", words: "into", testid: "isen-into-picture", when: anybody, why: nobody, run: openPuttingInto },
  { id: "reference", icon: "id-card", words: "keep_reference", testid: "isen-keep-reference", when: somebody, why: gone, run: (view, entry) => keepAsPhoto(view, entry, "reference") },
  { id: "cover", icon: "user", words: "keep_cover", testid: "isen-keep-cover", when: somebody, why: gone, run: (view, entry) => keepAsPhoto(view, entry, "cover") },
  { id: "training", icon: "plus-circle", words: "keep_training", testid: "isen-keep-training", when: somebody, why: gone, run: (view, entry) => keepAsPhoto(view, entry, "training") },
];
