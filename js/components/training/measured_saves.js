/** What was measured of a training's saves while it ran, and why it ended before its last step. */

import { button, h } from "../../lib/dom.js";
import { clauses, count, counted, decimal, dotted } from "../../lib/format.js";
import { sentences, t } from "../../locales/words.js";
import { measuresOf } from "../../data/likeness_rules.js";
import { copies, faultWords } from "../comparing/version_measures.js";
import { follow } from "./job_after.js";

/** Why it ended early, and the rest of its steps in one press. @param {Isengard.View} view @param {Isengard.Job} job */
export function endedEarly(view, job) {
  const stopped = job.progress.stopped_early;
  if (!stopped) return [];
  const left = job.progress.total_steps - (job.checkpoints.at(-1)?.step ?? job.progress.step);
  const numbers = { step: count(stopped.step), best: count(stopped.best_step) };
  return [
    h("p", { class: "isen-note", "data-testid": "isen-stopped-early", text: sentences(t(`stopped_${stopped.reason}`, numbers), t("stoppedBest", numbers)) }),
    left > 0 && button(counted("trainOn", left), () => follow(view, job, "continue", { steps: left }), { title: t("trainOnHint"), kind: "wide", testid: "isen-train-on" }),
  ];
}

/** Of those saves that its person still has, by step. @param {Isengard.Job} job @param {Isengard.Character | undefined} person */
export function measuresOfSaves(job, person) {
  const saves = (person?.versions ?? []).filter((known) => known.job_id === job.id).map(measuresOf).filter((known) => known !== null);
  return saves.sort((a, b) => a.step - b.step);
}

/** A line for each save: how alike it is, how much of it is copied, how well it does what it is asked, and what speaks against it. @param {Isengard.Measures[]} saves @param {string} name */
export function measuredSaves(saves, name) {
  if (!saves.length) return [];
  return [h("section", { class: "isen-stack-tight" }, h("h3", { class: "isen-muted", text: t("savesMeasured") }), h("ul", { class: "isen-plain-list", "data-testid": "isen-measured-saves" }, ...saves.map((save) => line(save, name))))];
}

/** @param {Isengard.Measures} save @param {string} name */
function line(save, name) {
  const { step, likeness, flexible, faults } = save;
  const parts = [likeness !== null && t("measuredScore", { score: decimal(likeness, 2) }), copies(save), flexible !== null && t("flexibility", { n: Math.round(100 * flexible) })];
  return h("li", { class: "isen-stack-tight" },
    h("strong", { text: t("stepNumber", { n: count(step) }) }), h("small", { text: dotted(parts) }),
    faults.length > 0 && h("small", { class: "isen-warn", text: t("against", { why: clauses(faultWords(faults, name)) }) }));
}
