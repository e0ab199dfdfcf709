/** The list of pictures: filtered by the server, fetched in pages, kept when everything is fetched anew. Knows no element. */

/** Words of a search that are looked for. */
const MOST_WORDS = 8;
/** @type {Isengard.Filter} */
export const NO_FILTER = { character: "", recipe: "", album: "", version: "", search: "", favourite: false, sort: "date" };

/** Whether some pictures are out of sight. @param {Isengard.Filter} filter */
export const isFiltered = ({ character, recipe, album, version, search, favourite }) => Boolean(character || recipe || album || version || search || favourite);

/**
 * Events tell of every picture: those that do not fit the filter stay out of sight.
 * @param {Isengard.Filter} filter @param {Isengard.Generation} generation @param {Record<string, string>} [names] of people, by id
 */
export function fits({ character, recipe, album, version, search, favourite }, generation, names = {}) {
  const people = generation.request.characters.map((use) => use.id);
  if ((character && !people.includes(character)) || (recipe && generation.recipe !== recipe) || (favourite && !generation.favourite)) return false;
  if (album && generation.album_id !== album) return false;
  return (!version || (generation.versions ?? []).includes(version)) && (!search || isFound(search, generation, people.map((id) => names[id] ?? "")));
}

/** As the server folds text for comparing: also where a small letter has no capital of its own. @param {string} text */
const folded = (text) => [...text.toUpperCase()].map((letter) => letter.toLowerCase()).join("");

/** As the server searches: each word is in the prompt, in a name, or ends a seed. @param {string} search @param {Isengard.Generation} generation @param {string[]} names */
function isFound(search, { request: { prompt }, images }, names) {
  const texts = [prompt, ...names].map(folded);
  const words = folded(search).split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  return words.every((word) => texts.some((text) => text.includes(word)) || (/^\d+$/.test(word) && images.some(({ seed }) => String(seed).endsWith(word))));
}

/**
 * In the order that is asked for, the newest first among equals; as they come where that is by date.
 * @param {Isengard.Entry[]} entries @param {Isengard.Filter["sort"]} sort @param {Record<string, string>} names of people, by id
 */
export function sorted(entries, sort, names) {
  if (sort === "date") return entries;
  /** @param {Isengard.Entry} entry */
  const key = ({ generation, image }) => (sort === "likeness" ? -(image.likeness?.score ?? -1) : folded(names[generation.request.characters[0]?.id] ?? ""));
  const keyed = entries.map((entry) => ({ entry, key: key(entry) }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : one.entry.generation.id < other.entry.generation.id ? 1 : -1)).map(({ entry }) => entry);
}

/** Another filter: the list from its beginning. The last one asked for wins. @param {Isengard.Store} store @param {Isengard.Filter} filter */
export async function setFilter(store, filter) {
  store.set({ galleryFilter: filter, filtering: true });
  const isWanted = () => store.state.galleryFilter === filter;
  /** @param {Isengard.Page<Isengard.Generation>} page @returns {Partial<Isengard.State>} */
  const listed = ({ items, next_cursor: next }) => ({ generations: items, cursors: { ...store.state.cursors, generations: next ?? null }, listedFilter: filter, filtering: false });
  const page = await store.attempt(() => store.fetched(() => store.api.generations.list(filter), (page) => (isWanted() ? listed(page) : {})));
  if (!page && isWanted()) store.set({ filtering: false });
}

/**
 * A fresh first page before what was already scrolled through, so that nothing jumps.
 * @template {{id: string}} Item
 * @param {Item[] | null} known @param {string | null | undefined} cursor @param {Isengard.Page<Item>} page @param {Isengard.Filter["sort"]} [sort]
 * @returns {Isengard.Page<Item>}
 */
export function continued(known, cursor, page, sort = "date") {
  const last = page.items.at(-1)?.id;
  const fresh = new Set(page.items.map(({ id }) => id));
  const older = (known ?? []).filter((item) => last && (sort === "date" ? item.id < last : !fresh.has(item.id)));
  if (!page.next_cursor || !older.length) return page;
  return { items: [...page.items, ...older], next_cursor: cursor };
}

/** A prompt as people read it: names where the made-up words go. @param {string} prompt @param {string[]} names */
export function told(prompt, names) {
  const [first = "", second = first] = names;
  return prompt.replaceAll("{trigger2}", () => second).replaceAll(/\{trigger1?\}/g, () => first);
}

/** The prompt that a picture was drawn by: with the words that were chosen for it, where there were some to choose. @param {Isengard.Generation} generation @param {{prompt?: string}} image */
export const promptOf = ({ request }, image) => image.prompt || request.prompt;

/**
 * Whether a picture is a favourite; before each was marked by itself, all of an order were.
 * @param {Isengard.Generation} generation @param {Isengard.GeneratedImage} image
 */
export function liked({ favourite, images }, image) {
  return Boolean(image.favourite || (favourite && !images.some((known) => known.favourite)));
}

/** An order with one of its pictures marked, or not; what was marked as a whole before is told picture by picture. @param {Isengard.Generation} generation @param {number} n @param {boolean} favourite */
export function withLiked(generation, n, favourite) {
  const images = generation.images.map((image) => ({ ...image, favourite: image.n === n ? favourite : liked(generation, image) }));
  return { ...generation, favourite: images.some((image) => image.favourite), images };
}

/** An entry as it is known now: it may have been marked, measured or moved since it was listed. @param {Pick<Isengard.State, "generations">} state @param {Isengard.Entry} entry */
export function nowOf({ generations }, entry) {
  const generation = generations?.find((known) => known.id === entry.generation.id) ?? entry.generation;
  return { ...entry, generation, image: generation.images.find((known) => known.n === entry.image.n) ?? entry.image };
}

/** Whether a picture that was listed is still there, not in the trash. @param {Pick<Isengard.State, "generations">} state @param {Isengard.Entry} entry */
export function isThere({ generations }, { generation: { id }, image: { n } }) {
  return Boolean(generations?.find((known) => known.id === id)?.images.some((image) => image.n === n && !image.deleted_at));
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
