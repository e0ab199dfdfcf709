/** Pictures in the trash: one entry for each order that has some there. Knows no element. */

import { KEPT_DAYS } from "../../lib/format.js";
import { patchOf } from "./many_pictures.js";

/** @typedef {{id: string, at: string, prompt: string, people: string[], pictures: import("./many_pictures.js").Patch[]}} Trashed `at`: when the first of them was deleted; `pictures`: what brings them back */

/**
 * Orders of which nothing was kept, and what has left the trash by now, are left out.
 * @param {Isengard.Generation[]} generations as the server lists what is deleted
 * @returns {Trashed[]}
 */
export function trashOf(generations, now = Date.now()) {
  const since = new Date(now - KEPT_DAYS * 24 * 3600 * 1000).toISOString();
  return generations.flatMap((generation) => {
    const { id, images, deleted_at: whole, request } = generation;
    const gone = images.filter((image) => (image.deleted_at ?? "") > since);
    // an order that went as a whole took along what had not gone by itself
    const there = whole ? images.filter((image) => !image.deleted_at) : gone;
    const pictures = there.length ? there : gone;
    const [at] = whole ? [whole] : pictures.map((image) => image.deleted_at ?? "").sort();
    const patches = pictures.map((image) => patchOf({ key: "", generation, image }, { deleted: false }));
    return patches.length ? [{ id, at, prompt: request.prompt, people: request.characters.map((use) => use.id), pictures: patches }] : [];
  });
}
