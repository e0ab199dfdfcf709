/** What versions are called: by their step, and by their training where several have left some. */

import { count, day, inRow, instant, moment, toldApart } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

/** Where nothing is known of trainings yet. @type {{jobs: Isengard.Job[], backends: Isengard.Backend[]}} */
const UNKNOWN = { jobs: [], backends: [] };

export class VersionNames {
  /** @param {Isengard.Version[]} versions those that are shown together @param {Pick<Isengard.State, "jobs" | "backends">} [known] */
  constructor(versions, known = UNKNOWN) {
    const newest = new Map(versions.map((version) => [version.job_id, version]));
    /** By the training's id; none where there is one alone. @type {Map<string, string>} */
    this.trainings = newest.size > 1 ? named([...newest.values()], known) : new Map();
    const last = new Map(versions.map(({ step, job_id: job }) => [step, job]));
    /** The steps that more than one training has saved. */
    this.shared = new Set(versions.filter(({ step, job_id: job }) => last.get(step) !== job).map(({ step }) => step));
  }

  /** "ComfyUI, 11/30/2026"; nothing where all versions are of one training. @param {Pick<Isengard.OfTraining, "job_id">} version */
  training({ job_id: job }) {
    return this.trainings.get(job) ?? "";
  }

  /** "1,000", for a sentence; with its training where another one has saved the same step. @param {Isengard.OfTraining} version */
  step({ step, job_id: job }) {
    const training = this.shared.has(step) ? this.trainings.get(job) : "";
    return training ? t("stepOfTraining", { step: count(step), training }) : count(step);
  }
}

/** The trainer's name as people read it; nothing where the training is not known here. @param {Isengard.Job | undefined} job @param {Isengard.Backend[]} backends */
export function trainerOf(job, backends) {
  const backend = backends.find(({ name }) => name === job?.backend);
  return backend ? said(backend, "label") : (job?.backend ?? "");
}

/**
 * By the trainer and the day, by the minute, the second or a number where that does not tell them apart; a file of the user's own by its
 * name, by its whole path where two are called so.
 * @param {Isengard.Version[]} versions one of each training @param {Pick<Isengard.State, "jobs" | "backends">} known
 */
function named(versions, { jobs, backends }) {
  /** @param {Isengard.Version} version */
  const jobOf = ({ job_id: job }) => jobs?.find(({ id }) => id === job);
  /** @param {Isengard.Version} version */
  const timeOf = (version) => jobOf(version)?.created_at || version.trained_at || version.created_at || "";
  const begun = [...versions].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : Number(timeOf(a) > timeOf(b))));
  /** @param {(iso: string) => string} when @param {(path: string) => string} file @returns {(version: Isengard.Version) => string} */
  const words = (when, file) => (version) => {
    if (version.outside) return file(version.outside);
    const at = timeOf(version);
    return inRow([trainerOf(jobOf(version), backends), at && when(at)].filter(Boolean));
  };
  const file = (/** @type {string} */ path) => path.split(/[/\\]/).at(-1) ?? path;
  const names = toldApart(begun, words(day, file), words(moment, String), words(instant, String));
  return new Map(begun.map((version, at) => [version.job_id, names[at]]));
}
