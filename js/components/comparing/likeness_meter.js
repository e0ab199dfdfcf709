/** The tools that measure likeness: what they take, setting them up, removing them. Shown where somebody compares, and in the settings. */

import { button, h } from "../../lib/dom.js";
import { bytes } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED, METER } from "../../data/state.js";
import { askReader, readsFaces } from "../../data/faces/reader.js";
import { orderTask, setupOf } from "../../data/jobs.js";
import { TaskProgress } from "../shared/task_progress.js";

export class LikenessMeter {
  /**
   * @param {import("../../data/store.js").Store} store
   * @param {{removable?: boolean}} [options]
   */
  constructor(store, { removable = false } = {}) {
    this.store = store;
    this.removable = removable;
    this.what = h("div", { class: "isen-stack-tight" });
    this.progress = new TaskProgress();
    this.outcome = h("div", { role: "status", "aria-live": "polite" });
    this.buttons = h("div", { class: "isen-row" });
    this.element = h("div", { class: "isen-stack-tight", "data-testid": "isen-meter", hidden: true }, this.what, this.progress.element, this.outcome, this.buttons);
  }

  /** Asked for when somebody looks at it. */
  ask() {
    return askReader(this.store);
  }

  get ready() {
    return readsFaces(this.store.state);
  }

  /** `away`: there is nothing to measure here. @param {Isengard.State} state */
  show({ likeness, tasks }, away = false) {
    const job = setupOf(tasks, METER);
    const going = job && !ENDED.has(job.state) ? job : null;
    this.element.hidden = away || !likeness || (this.ready && !this.removable);
    if (this.element.hidden || !likeness) return;
    fill(this.what, [likeness, Boolean(going)], () => (going ? [] : offered(likeness)));
    this.progress.show(going);
    fill(this.outcome, [job?.id, job?.state, job?.error], () => outcome(job));
    fill(this.buttons, [likeness, job?.id, job?.state], () => this.#buttons(likeness, job, going));
  }

  /** @param {Isengard.Meter} meter @param {Isengard.Job | undefined} job @param {Isengard.Job | null} going */
  #buttons({ state, setup }, job, going) {
    const { jobs, training } = this.store.api;
    /** @param {(action: string) => Promise<Isengard.Job>} order */
    const ask = (order) => () => orderTask(this.store, order);
    if (going) return [button(t("meterCancel"), ask((action) => jobs.order(going.id, "cancel", action)), { testid: "isen-meter-cancel" })];
    const failed = job?.state === "failed" && job.request.action === "install";
    const start = failed ? ask((action) => jobs.order(job.id, "retry", action)) : ask((action) => training.setUp(METER, { confirm: true }, action));
    return [
      state.state !== "ready" && setup.possible && button(t(failed ? "retryJob" : "meterSetUp"), start, { icon: "download", testid: "isen-meter-setup" }),
      this.removable && setup.installed && button(t("meterRemove"), ask((action) => training.uninstall(METER, action)), { testid: "isen-meter-remove" }),
    ];
  }
}

/** @param {Isengard.Meter} meter */
function offered({ state, setup }) {
  if (state.state === "ready") return [h("p", { class: "isen-muted", text: t("meterReady") })];
  const what = h("p", { text: t("meterWhat") });
  if (!setup.possible) return [what, h("p", { class: "isen-warn", "data-testid": "isen-meter-refused", text: said(setup, "why_not") })];
  return [what, h("small", { class: "isen-muted", text: t("meterFetch", { size: bytes(setup.download_bytes) }) })];
}

/** @param {Isengard.Job | undefined} job */
function outcome(job) {
  if (!job || !ENDED.has(job.state)) return [];
  if (job.error) return [h("p", { class: "isen-error", "data-testid": "isen-meter-error", text: explained(job.error) })];
  if (job.state === "cancelled") return [h("p", { class: "isen-muted", text: t("meterCancelled") })];
  return job.request.action === "uninstall" ? [h("p", { class: "isen-muted", text: t("meterRemoved") })] : [];
}
