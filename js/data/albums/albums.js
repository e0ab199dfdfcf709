/** Albums as the panel knows them: asked for when somebody looks, kept by events from then on. Knows the store, no element. */

import { quietly } from "../api.js";

/** Once; `state.albums` is null until then. @param {Isengard.Store} store */
export async function loadAlbums(store) {
  await quietly(() => store.fetched(() => store.api.albums.list(), ({ items }) => ({ albums: items })), () => {});
}

/**
 * An album into the list, newest first; one that was taken away goes. Of a new one nothing is in it yet.
 * @param {Isengard.Album[] | null} albums @param {Schema.Album} album
 */
export function withAlbum(albums, album) {
  if (albums === null) return null;
  const known = albums.find(({ id }) => id === album.id);
  const others = albums.filter(({ id }) => id !== album.id);
  if (album.deleted_at) return others;
  return [...others, { pictures: known?.pictures ?? 0, cover: known?.cover ?? null, ...album }].sort((a, b) => (a.id < b.id ? 1 : -1));
}
