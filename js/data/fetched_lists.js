/** The lists that the panel fetches at its start and anew after every gap, and how each is asked for. */

/** @typedef {"generations" | "characters" | "jobs" | "families" | "recipes" | "styles" | "workers" | "tasks" | "backends"} ListName */

/**
 * In the order in which they are asked for: what brings pictures along comes first.
 * @type {{[Name in ListName]: (api: Isengard.Api, state: Isengard.State, cursor?: string) => Promise<Isengard.Page<NonNullable<Isengard.State[Name]>[number]>>}}
 */
export const LISTS = {
  generations: (api, { galleryFilter }, cursor) => api.generations.list(galleryFilter, cursor),
  characters: (api) => whole((cursor) => api.characters.list(cursor)),
  jobs: (api, _, cursor) => api.jobs.trainings(cursor),
  families: (api) => api.training.families(),
  recipes: (api) => chosenFreely(api.recipes.list()),
  styles: (api) => api.recipes.styles(),
  workers: (api) => api.training.workers(),
  tasks: (api) => api.jobs.tasks(),
  backends: (api) => api.training.backends(),
};

/**
 * Page after page, until one brings nothing new: nobody is left out, however many there are.
 * @template {{id: string}} Item @param {(cursor: string) => Promise<Isengard.Page<Item>>} ask @returns {Promise<Isengard.Page<Item>>}
 */
async function whole(ask) {
  /** @type {Map<string, Item>} */
  const known = new Map();
  for (let cursor = ""; ; ) {
    const { items, next_cursor: next } = await ask(cursor);
    const before = known.size;
    for (const item of items) known.set(item.id, item);
    if (!next || known.size === before) return { items: [...known.values()], next_cursor: next };
    cursor = next;
  }
}

/** Without those of ours that only begin with a picture: they are for the canvas and for what is done with a picture. @param {Promise<Isengard.Page<Isengard.Recipe>>} page */
async function chosenFreely(page) {
  const { items, ...rest } = await page;
  return { ...rest, items: items.filter(({ needs_picture, source }) => !needs_picture || source === "user") };
}
