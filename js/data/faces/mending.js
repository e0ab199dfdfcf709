/** Faces of a picture drawn again. Knows the store, no element. */

/** Answers with the new generation, or null where it was refused. @param {Isengard.Store} store @param {string} id @param {number} n */
export async function mendFaces(store, id, n) {
  return store.keepGeneration(await store.attempt((action) => store.api.generations.mend(id, n, action)));
}
