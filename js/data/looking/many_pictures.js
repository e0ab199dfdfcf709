/** Changes of many pictures: one request for as many as the server takes at once, one word for what was refused. Knows the store, no element. */

import { counted } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { ApiError } from "../api.js";

/** So many the server takes at once. */
const AT_ONCE = 500;

/** @typedef {Schema.PicturePatch} Patch */

/** @param {Isengard.Entry} entry @param {Omit<Patch, "generation_id" | "n">} changes @returns {Patch} */
export const patchOf = ({ generation, image }, changes) => ({ generation_id: generation.id, n: image.n, ...changes });

/**
 * Change each picture as its patch says. What could not be changed is told, and everything else is changed all the same.
 * @param {Isengard.Store} store @param {Patch[]} patches
 * @returns {Promise<Patch[]>} those that were done
 */
export async function changePictures(store, patches) {
  /** @type {Patch[]} */
  const done = [];
  /** @type {Schema.RefusedPicture[]} */
  const refused = [];
  for (let at = 0; at < patches.length; at += AT_ONCE) {
    const asked = patches.slice(at, at + AT_ONCE);
    let action = "";
    const answer = await store.attempt((id) => {
      store.changes.ask((action = id));
      return store.api.generations.change(asked, id);
    });
    if (!answer) break;
    store.changes.keep(action, answer.items);
    store.keepGenerations(/** @type {Isengard.Generation[]} */ (answer.items));
    refused.push(...answer.refused);
    const not = new Set(answer.refused.map(keyOf));
    done.push(...asked.filter((patch) => !not.has(keyOf(patch))));
  }
  if (refused.length) tell(store, refused);
  return done;
}

/** @param {{generation_id: string, n: number}} place */
const keyOf = ({ generation_id: id, n }) => `${id}-${n}`;

/** By the first of them: what keeps one picture mostly keeps the others as well. @param {Isengard.Store} store @param {Schema.RefusedPicture[]} refused */
function tell(store, refused) {
  const [{ error }] = refused;
  if (refused.length < 2) return store.set({ problem: new ApiError(200, error) });
  const message = counted("notChanged", refused.length, { why: said(error, "message") });
  store.set({ problem: new ApiError(200, { ...error, message, hint: said(error, "hint"), said: undefined }) });
}
