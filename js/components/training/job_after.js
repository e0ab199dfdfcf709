/** What can be done once a training has failed or is done: read why, try smaller, go on with more steps. */

import { button, field, h } from "../../lib/dom.js";
import { explained } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { gateBox } from "./licence_gate.js";
import { advisesRestart, restartButton } from "../shared/restart.js";

/** Why it failed in our words, the lines that show it, and what is offered instead. @param {Isengard.View} view @param {Isengard.Job} job @param {Isengard.JobError} error */
export function failure(view, job, error) {
  const { log = [], offer = "" } = error;
  const lines = h("pre", { class: "isen-log", tabindex: 0, "aria-label": t("lastLines"), text: log.join("\n") });
  return [
    h("p", { class: job.state === "failed" ? "isen-error" : "isen-warn", "data-testid": "isen-job-error", text: explained(error) }),
    offer === "retry_smaller" && job.state === "failed" && button(t("retrySmaller"), () => follow(view, job, "retry", { smaller: true }), { kind: "primary", testid: "isen-retry-smaller" }),
    advisesRestart(error) && restartButton(view.store),
    gate(view, job),
    log.length > 0 && h("details", { class: "isen-fold" }, h("summary", { text: t("lastLines"), "data-testid": "isen-error-log" }), lines),
  ].filter(Boolean);
}

/** The licence that a model asks for: what to do about it, right where it was refused. @param {Isengard.View} view @param {Isengard.Job} job */
function gate(view, job) {
  const family = view.store.state.families.find((known) => known.key === job.family);
  if (job.error?.code !== "model_gated" || job.state !== "failed" || !family) return null;
  return gateBox(view.store, family, () => follow(view, job, "retry", {}));
}

/** Half as many steps again is what people ask for; any number may be written. @param {Isengard.View} view @param {Isengard.Job} job */
export function goOn(view, job) {
  const steps = h("input", { type: "number", min: 1, max: 20000, value: Math.max(10, Math.round(job.progress.total_steps / 2)), "data-testid": "isen-more-steps" });
  const start = button(t("continueJob"), () => follow(view, job, "continue", { steps: Number(steps.value) }), { testid: "isen-continue-job" });
  return h("details", { class: "isen-fold" }, h("summary", { text: t("continueTitle"), "data-testid": "isen-continue" }),
    h("div", { class: "isen-stack" }, field(t("moreSteps"), steps, t("moreStepsHint")), h("div", { class: "isen-row" }, start)));
}

/**
 * Both make a new training: it is shown at once.
 * @param {Isengard.View} view @param {Isengard.Job} job @param {Isengard.JobOrder} verb @param {Schema.Retry | Schema.MoreSteps} body
 */
export async function follow(view, job, verb, body) {
  const { store } = view;
  const next = store.keepJob(await store.attempt((id) => store.api.jobs.order(job.id, verb, id, body)));
  if (next) store.go({ tab: "training", job: next.id });
}
