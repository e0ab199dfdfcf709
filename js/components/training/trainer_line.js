/** One line about the trainer wherever it matters: missing, being set up, or that its set-up failed. */

import { button, h, icon } from "../../lib/dom.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { setupOf } from "../../data/jobs.js";

/** @typedef {{kind: "note" | "warn", words: string, link: string}} Line */

/**
 * What there is to say; null when the trainer is ready here or on a worker, or not needed because nothing is really trained.
 * @param {Pick<Isengard.State, "backends" | "tasks" | "health"> & {workers?: Isengard.Worker[]}} options
 * @returns {Line | null}
 */
export function trainerOf({ backends, tasks, health, workers = [] }) {
  const backend = backends.find((known) => known.setup);
  if (!backend || health?.mode === "fast-test") return null;
  const job = setupOf(tasks, backend.name);
  if (job && !ENDED.has(job.state)) return { kind: "note", words: t("setupGoesOn"), link: t("openSetup") };
  /** @param {Schema.BackendState} known */
  const ready = (known) => known.name === backend.name && known.state === "ready";
  if (ready(backend.state) || workers.some((worker) => worker.backends.some(ready))) return null;
  return { kind: "warn", words: said(backend.state, "detail"), link: t("fixSetup") };
}

/** @param {import("../../data/store.js").Store} store @param {Line | null} line */
export function trainerLine(store, line) {
  if (!line) return [];
  const open = () => store.go({ tab: "training", setup: true });
  return [h("div", { class: `isen-${line.kind} isen-row`, "data-testid": "isen-trainer-line" },
    icon(line.kind === "warn" ? "exclamation-triangle" : "spinner"), h("span", { class: "isen-grow", text: line.words }), button(line.link, open, { testid: "isen-open-setup" }))];
}
