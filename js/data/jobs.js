/** Jobs besides their events: asking for one, finding it again, and why queued ones wait, which no event tells (the server works it
 * out from the workers that live, so it is asked for anew). Knows the store, no element. */

import { quietly } from "./api.js";

/** Whether after this event the reason of some queued job may be another one. @param {Isengard.Event} event @param {Isengard.State} state */
export function concernsLine({ type, data, subject }, { jobs, tasks }) {
  if (type === "job.state") return data.state === "queued" || (jobs ?? []).some((job) => job.state === "queued" && (job.after ?? []).includes(subject.id));
  return type === "worker.state" && [...(jobs ?? []), ...tasks].some((job) => job.state === "queued");
}

/** {code, message, hint} while nobody who lives can run it. @param {Isengard.Job} job */
export function reasonOf(job) {
  return (job.state === "queued" && job.waits_for) || null;
}

/**
 * `jobs` with the reasons of those that are listed; the others are not queued any more.
 * @param {Isengard.Job[] | null} jobs @param {Isengard.Job[]} queued
 */
export function withReasons(jobs, queued) {
  const reasons = new Map(queued.map((job) => [job.id, job.waits_for]));
  return jobs?.map((job) => ({ ...job, waits_for: reasons.get(job.id) ?? null })) ?? null;
}

/** One request at a time; what happened meanwhile is asked for once more at the end. */
export class WaitingReasons {
  #asking = false;
  #again = false;

  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
  }

  async look() {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#fetch();
      }
    } finally {
      this.#asking = false;
    }
  }

  async #fetch() {
    await quietly(() => this.store.api.jobs.queued(), ({ items }) => {
      const { jobs, tasks } = this.store.state;
      this.store.set({ jobs: withReasons(jobs, items), tasks: withReasons(tasks, items) ?? [] });
    });
  }
}

/**
 * The job as it was answered, which is kept; null where it was refused.
 * @param {Isengard.Store} store @param {(action: string) => Promise<Isengard.Job>} order
 */
export async function orderTask(store, order) {
  return store.keepTask(await store.attempt(order));
}

/** The newest set-up, check or removal of a trainer or a tool. @param {Isengard.Job[]} tasks @param {string} name */
export function setupOf(tasks, name) {
  return tasks.find((known) => known.kind === "backend_setup" && known.backend === name);
}
