/** How far somebody is with a person, and the jobs in line before a training. Pure. */

import { ENDED } from "../state.js";

/** Of the rail, in order. */
export const RAIL = ["photos", "train", "choose", "pictures"];

/**
 * The step of the rail that somebody is at with a person: from what there is of them.
 * @param {Isengard.Character} person @param {Isengard.Job[] | null} jobs @param {Isengard.Generation[] | null} generations
 */
export function railStep(person, jobs, generations) {
  const drawn = (generations ?? []).some(({ request, state }) => state === "completed" && request.characters.some((use) => use.id === person.id));
  if (drawn || person.versions.some((known) => known.picked)) return "pictures";
  if (person.versions.length) return "choose";
  const begun = (jobs ?? []).some((job) => job.character_id === person.id && !ENDED.has(job.state));
  return begun ? "train" : "photos";
}

/** One step of a training's line. @typedef {{kind: "trainer" | "model" | "training", job: Isengard.Job, state: "done" | "now" | "waits" | "stopped"}} LineStep */

/**
 * The jobs in line with a training, the training last; none where nothing had to come before it, or nobody knows of it.
 * @param {Isengard.Job} job @param {Isengard.Job[]} tasks
 * @returns {LineStep[]}
 */
export function lineOf(job, tasks) {
  const before = (job.after ?? []).flatMap((id) => tasks.filter((known) => known.id === id));
  if (!before.length) return [];
  const first = before.find((known) => known.state !== "completed") ?? job;
  return [...before, job].map((known) => ({ kind: kindOf(known), job: known, state: stateOf(known, known === first) }));
}

/** @param {Isengard.Job} job @returns {LineStep["kind"]} */
function kindOf({ kind }) {
  return kind === "training" ? "training" : kind === "model_download" ? "model" : "trainer";
}

/** @param {Isengard.Job} job @param {boolean} first @returns {LineStep["state"]} */
function stateOf({ state }, first) {
  if (state === "completed") return "done";
  if (state === "failed" || state === "cancelled") return "stopped";
  return first ? "now" : "waits";
}
