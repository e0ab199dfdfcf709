/** The lists that the panel fetches at its start and anew after every gap, and how each is asked for. */

/** @typedef {"generations" | "characters" | "jobs" | "families" | "recipes" | "styles" | "workers" | "tasks" | "backends"} ListName */

/**
 * In the order in which they are asked for: what brings pictures along comes first.
 * @type {{[Name in ListName]: (api: Isengard.Api, state: Isengard.State, cursor?: string) => Promise<Isengard.Page<NonNullable<Isengard.State[Name]>[number]>>}}
 */
export const LISTS = {
  generations: (api, { galleryFilter }, cursor) => api.generations.list(galleryFilter, cursor),
  characters: (api) => api.characters.list(),
  jobs: (api, _, cursor) => api.jobs.trainings(cursor),
  families: (api) => api.training.families(),
  recipes: (api) => api.recipes.list(),
  styles: (api) => api.recipes.styles(),
  workers: (api) => api.training.workers(),
  tasks: (api) => api.jobs.tasks(),
  backends: (api) => api.training.backends(),
};
