/** Pictures made to compare, and what else the panel asks for only when somebody looks. Knows the store, no element. */

import { ApiError } from "./api.js";
import { upserted } from "./state.js";

const MOST = 200;

/** Several orders as one action: one correlation id, by which they are found together again. True when all were taken. */
export async function compare(store, orders) {
  const made = await store.attempt(async (id) => {
    for (const order of orders) store.keepGeneration(await store.api.post("/generations", order, id));
    return true;
  });
  return Boolean(made);
}

/** The last first: a cancelled one would let the next begin. */
export async function cancelComparison(store, running) {
  await store.attempt(async (id) => {
    for (const { id: generation } of [...running].sort((a, b) => (a.id < b.id ? 1 : -1))) {
      store.keepGeneration(await store.api.post(`/generations/${generation}/cancel`, {}, id).catch(ended));
    }
  });
}

/** It had ended before the cancel came. */
function ended(error) {
  if (error.code !== "generation_ended") throw error;
  return null;
}

/** The newest ones of a purpose. */
export async function loadComparisons(store, purpose, characterId = "") {
  const person = characterId ? `&character_id=${characterId}` : "";
  const path = `/generations?purpose=${purpose}&limit=${MOST}${person}`;
  await quietly(() => store.api.get(path), ({ items }) => store.set({ comparisons: items.reduce(upserted, store.state.comparisons) }));
}

/** Samplers and schedulers as ComfyUI names them. */
export async function loadSamplers(store) {
  if (store.state.samplers) return;
  await quietly(() => store.api.comfy("/object_info/KSampler"), (nodes) => store.set({ samplers: namesOf(nodes) }));
}

/** What the node's two lists offer; newer ComfyUIs write them as a kind with options. */
export function namesOf({ KSampler: node }) {
  const options = ([kind, more] = []) => (Array.isArray(kind) ? kind : (more?.options ?? []));
  const inputs = node?.input?.required ?? {};
  return { sampler_name: options(inputs.sampler_name), scheduler: options(inputs.scheduler) };
}

/** What is missing then is only a convenience: nothing is said about it. */
async function quietly(ask, keep) {
  try {
    keep(await ask());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
