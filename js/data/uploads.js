/** What somebody does about photos on their way in. Knows the store, no element. */

import { sorted } from "../lib/files.js";

/**
 * Photos that no view took lead to making a person with them; anything else that came is left alone.
 * @param {Isengard.Store} store @param {Isengard.Found[]} found
 */
export function arrive(store, found) {
  if (store.state.characters === null || !sorted(found).photos.length) return;
  const name = found.find(({ folder }) => folder)?.folder.split("/")[0] ?? "";
  store.go({ tab: "characters" });
  store.set({ arrivals: { found, name } });
}

/** What has not been begun is left out; the one on its way comes in. @param {Isengard.Store} store @param {string} characterId */
export function stopUploads(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || known.error || known.note || known.share > 0) });
}

/** The refusals and what was left out were read. @param {Isengard.Store} store @param {string} characterId */
export function forgetRefusals(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || !(known.error || known.note)) });
}
