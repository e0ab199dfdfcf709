/** Jobs besides their events: asking for one, finding it again, and why queued ones wait, which no event tells (the server works it
 * out from the workers that live, so it is asked for anew). Knows the store, no element. */

import { ApiError, quietly } from "./api.js";

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

/** Logs and loss curves of jobs as they are opened: what is told while they are on their way follows what they bring. */
export class JobRecords {
  /** What was told of each that is on its way. @type {Map<string, {lines: string[], points: Isengard.LossPoint[]}>} */
  #late = new Map();

  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {Isengard.Event} event */
  take({ type, subject, data }) {
    const late = this.#late.get(subject.id);
    if (type === "job.log") late?.lines.push(...data.lines);
    if (type === "job.progress" && data.progress.step && data.progress.loss !== null) late?.points.push({ step: data.progress.step, loss: data.progress.loss });
  }

  /** @param {string} id */
  async load(id) {
    /** @type {{lines: string[], points: Isengard.LossPoint[]}} */
    const late = { lines: [], points: [] };
    this.#late.set(id, late);
    const { jobs } = this.store.api;
    const { logs: shown, losses: drawn } = this.store.state;
    const [log, loss] = await Promise.all([jobs.log(id).catch(otherwise({ lines: shown[id] ?? [] })), jobs.loss(id).catch(otherwise({ items: drawn[id] ?? [] }))]);
    if (this.#late.get(id) !== late) return; // asked for once more meanwhile
    this.#late.delete(id);
    const { logs, losses } = this.store.state;
    const last = loss.items.at(-1)?.step ?? -1;
    this.store.set({ logs: { ...logs, [id]: followed(log.lines, late.lines) }, losses: { ...losses, [id]: [...loss.items, ...late.points.filter(({ step }) => step > last)] } });
  }
}

/** A job without a log, or nobody there: what is known stays. @template Known @param {Known} known @returns {(error: unknown) => Known} */
function otherwise(known) {
  return (error) => {
    if (!(error instanceof ApiError)) throw error;
    return known;
  };
}

/** The end of a log and what was told meanwhile, whose beginning may be in it already. @param {string[]} lines @param {string[]} late */
export function followed(lines, late) {
  let known = Math.min(lines.length, late.length);
  while (known && !lines.slice(-known).every((line, at) => line === late[at])) known -= 1;
  return [...lines, ...late.slice(known)];
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
