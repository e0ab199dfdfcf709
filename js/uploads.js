/** What somebody does about photos on their way in. Knows the store, no element. */

/** What has not been begun is left out; the one on its way comes in. */
export function stopUploads(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || known.error || known.share > 0) });
}

/** The refusals were read. */
export function forgetRefusals(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || !known.error) });
}
