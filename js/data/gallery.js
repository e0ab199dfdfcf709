/** The list of pictures: filtered by the server, fetched in pages, kept when everything is fetched anew. Knows no element. */

export const NO_FILTER = { character: "", recipe: "", favourite: false };

/**
 * Events tell of every picture: those that do not fit the filter stay out of sight.
 * @param {Isengard.Filter} filter @param {Isengard.Generation} generation
 */
export function fits({ character, recipe, favourite }, generation) {
  const people = generation.request.characters.map((use) => use.id);
  return (!character || people.includes(character)) && (!recipe || generation.recipe === recipe) && (!favourite || generation.favourite);
}

/** Another filter: the list from its beginning. The last one asked for wins. @param {Isengard.Store} store @param {Isengard.Filter} filter */
export async function setFilter(store, filter) {
  store.set({ galleryFilter: filter });
  const page = await store.attempt(() => store.api.generations.list(filter));
  if (!page || store.state.galleryFilter !== filter) return;
  store.set({ generations: page.items, cursors: { ...store.state.cursors, generations: page.next_cursor } });
}

/**
 * A fresh first page before what was already scrolled through, so that nothing jumps.
 * @param {Isengard.Generation[] | null} known @param {string | null | undefined} cursor @param {Isengard.Page<Isengard.Generation>} page
 */
export function continued(known, cursor, page) {
  const last = page.items.at(-1)?.id;
  const older = (known ?? []).filter((item) => last && item.id < last);
  if (!page.next_cursor || !older.length) return page;
  return { items: [...page.items, ...older], next_cursor: cursor };
}

/** A prompt as people read it: names where the made-up words go. @param {string} prompt @param {string[]} names */
export function told(prompt, names) {
  const [first = "", second = first] = names;
  return prompt.replaceAll("{trigger2}", () => second).replaceAll(/\{trigger1?\}/g, () => first);
}

/**
 * Whether a picture is a favourite; before each was marked by itself, all of an order were.
 * @param {Isengard.Generation} generation @param {Isengard.GeneratedImage} image
 */
export function liked({ favourite, images }, image) {
  return Boolean(image.favourite || (favourite && !images.some((known) => known.favourite)));
}

/** Made once for each generation as it is: thousands are looked through at every page that is added.
 * @type {WeakMap<Isengard.Generation, Isengard.Entry[]>} */
const entries = new WeakMap();

/**
 * One entry for each picture that is there, newest first; of favourites alone where they are asked for.
 * @param {Isengard.Generation[]} generations
 */
export function picturesOf(generations, favourites = false) {
  return generations.flatMap((generation) => {
    const known = entries.get(generation) ?? entriesOf(generation);
    entries.set(generation, known);
    return favourites ? known.filter(({ image }) => liked(generation, image)) : known;
  });
}

/** @param {Isengard.Generation} generation */
function entriesOf(generation) {
  return generation.images.filter((image) => !image.deleted_at).map((image) => ({ key: `${generation.id}-${image.n}`, generation, image }));
}
