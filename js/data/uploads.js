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

/** Whether a file is still on its way in. @param {Isengard.State} state */
export const uploading = ({ uploads }) => uploads.some((known) => !known.error && !known.note);

/**
 * While files are on their way in, the browser asks whether the page may be closed; only then, for it slows the way back to a page.
 * @param {Isengard.Store} store
 * @param {EventTarget} page
 */
export function askBeforeLeaving(store, page = globalThis) {
  const ask = (/** @type {Event} */ event) => event.preventDefault();
  let asks = false;
  store.listen((state) => {
    if (uploading(state) === asks) return;
    asks = !asks;
    if (asks) page.addEventListener("beforeunload", ask);
    else page.removeEventListener("beforeunload", ask);
  });
}

/** What has not been begun is left out; the one on its way comes in. @param {Isengard.Store} store @param {string} characterId */
export function stopUploads(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || known.error || known.note || known.share > 0) });
}

/** The refusals and what was left out were read. @param {Isengard.Store} store @param {string} characterId */
export function forgetRefusals(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || !(known.error || known.note)) });
}
