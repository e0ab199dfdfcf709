/** While a training uses the GPU: what that means for pictures, and pausing it. */

import { button, h } from "../../lib/dom.js";
import { about, brief } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { sentences, t } from "../../locales/words.js";

const USING = new Set(["preparing", "running", "pausing"]);
/** What is fetched comes before the GPU is taken. */
const FETCHING = new Set(["downloading", "checking"]);

/** @param {Isengard.Job} job */
const usesGpu = (job) => USING.has(job.state) && !(job.state === "preparing" && FETCHING.has(job.progress.phase));

/** The training that pictures have to share the GPU with, or one that was paused to make room for them. @param {Isengard.State} state */
function trainingOf(state) {
  const jobs = (state.jobs ?? []).filter((job) => job.needs === "gpu");
  return jobs.find(usesGpu) ?? jobs.find((job) => job.state === "paused" && !job.error);
}

/** Fills `place`; nothing is said while the GPU is free. @param {Isengard.Store} store @param {HTMLElement} place @param {Isengard.State} state */
export function gpuNote(store, place, state) {
  const job = trainingOf(state);
  const name = brief(state.characters?.find((known) => known.id === job?.character_id)?.name ?? t("gone"));
  const minutes = job?.progress.eta_s ? about(Math.ceil(job.progress.eta_s / 60) * 60) : "";
  place.hidden = !job;
  fill(place, [job?.id, job?.state, name, minutes], () => (job ? note(store, job, { name, minutes }) : []));
}

/** @param {Isengard.Store} store @param {Isengard.Job} job @param {{name: string, minutes: string}} options */
function note(store, job, { name, minutes }) {
  /** @param {Isengard.JobOrder} verb */
  const order = (verb) => async () => store.keepJob(await store.attempt((id) => store.api.jobs.order(job.id, verb, id)));
  if (job.state === "paused") {
    return h("div", { class: "isen-note isen-stack-tight", "data-testid": "isen-gpu-note" }, h("p", { text: t("gpuPaused", { name }) }),
      h("div", { class: "isen-row" }, button(t("resumeTraining"), order("resume"), { testid: "isen-gpu-resume" })));
  }
  return h("div", { class: "isen-warn isen-stack-tight", "data-testid": "isen-gpu-note" }, h("p", { text: sentences(t("gpuTaken", { name }), minutes && t("gpuLeft", { time: minutes })) }),
    job.state === "running" && h("div", { class: "isen-row" }, button(t("pauseTraining"), order("pause"), { testid: "isen-gpu-pause" })));
}
