/** Pictures made to compare, and what else the panel asks for only when somebody looks. Knows the store, no element. */

import { ApiError, quietly } from "./api.js";
import { answered } from "./state.js";

/** Whether a comparison that is still being ordered was cancelled, by store and purpose. @type {WeakMap<object, Record<string, {stopped: boolean}>>} */
const ordering = new WeakMap();

/**
 * Several orders as one action: one correlation id, by which they are found together again. True when all were taken.
 * @param {Isengard.Store} store @param {Isengard.Order[]} orders
 */
export async function compare(store, orders) {
  const round = { stopped: false };
  ordering.set(store, { ...ordering.get(store), [orders[0]?.purpose ?? ""]: round });
  const made = await store.attempt(async (id) => {
    for (const order of orders) {
      const one = await store.api.generations.create(order, id);
      store.keepGeneration(one);
      if (!round.stopped) continue;
      await withdraw(store, one, id);
      return false;
    }
    return true;
  });
  return Boolean(made);
}

/**
 * The last first: a cancelled one would let the next begin. What is still being ordered is not ordered any more.
 * @param {Isengard.Store} store @param {Isengard.Generation[]} running
 */
export async function cancelComparison(store, running) {
  const round = ordering.get(store)?.[running[0]?.purpose ?? ""];
  if (round) round.stopped = true;
  await store.attempt(async (id) => {
    for (const one of [...running].sort((a, b) => (a.id < b.id ? 1 : -1))) await withdraw(store, one, id);
  });
}

/** @param {Isengard.Store} store @param {{id: string}} options @param {string} id */
async function withdraw(store, { id: generation }, id) {
  store.keepGeneration(await store.api.generations.cancel(generation, id).catch(ended));
}

/** It had ended before the cancel came. @param {unknown} error */
function ended(error) {
  if (!(error instanceof ApiError) || error.code !== "generation_ended") throw error;
  return null;
}

/** The newest ones of a purpose. @param {Isengard.Store} store @param {"bench" | "grid"} purpose */
export async function loadComparisons(store, purpose, characterId = "") {
  await quietly(() => newestOf(store.api, purpose, characterId), (items) => store.set({ comparisons: items.reduce((known, item) => answered(known, item), store.state.comparisons) }));
}

/** A page of them, and the next one where the newest comparison is larger than a page. @param {Isengard.Api} api @param {"bench" | "grid"} purpose @param {string} characterId */
async function newestOf({ generations }, purpose, characterId) {
  const { items, next_cursor: cursor } = await generations.compared(purpose, characterId);
  if (!cursor || !items.length || items[0].correlation_id !== items.at(-1)?.correlation_id) return items;
  return [...items, ...(await generations.compared(purpose, characterId, cursor)).items];
}

/**
 * All that a person was trained for, beyond the first page of trainings: any checkpoint can be compared.
 * @param {Isengard.Store} store @param {string} characterId
 */
export async function loadTrainings(store, characterId) {
  await quietly(() => store.api.jobs.trainingsOf(characterId), ({ items }) => store.set({ jobs: items.reduce((known, item) => answered(known, item), store.state.jobs ?? []) }));
}

/** Samplers and schedulers as ComfyUI names them. @param {Isengard.Store} store */
export async function loadSamplers(store) {
  if (store.state.samplers) return;
  await quietly(() => store.api.comfyui.samplerNode(), (nodes) => store.set({ samplers: namesOf(nodes) }));
}

/** Embeddings as ComfyUI names them. @param {Isengard.Store} store @param {(names: string[]) => unknown} keep */
export async function loadEmbeddings(store, keep) {
  await quietly(() => store.api.comfyui.embeddings(), (names) => Array.isArray(names) && keep(names));
}

/** What the node's two lists offer; newer ComfyUIs write them as a kind with options. @param {Isengard.SamplerNodes} samplerNodes */
export function namesOf({ KSampler: node }) {
  /** @param {Isengard.Choices} [choices] @returns {string[]} */
  const options = ([kind, more] = [[]]) => (Array.isArray(kind) ? kind : (more?.options ?? []));
  const inputs = node?.input?.required ?? {};
  return { sampler_name: options(inputs.sampler_name), scheduler: options(inputs.scheduler) };
}
