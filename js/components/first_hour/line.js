/** The jobs in line with a training: which are done, the one being done with how far it is, and the button that goes on after one gave up. */

import { button, h, icon } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { lineOf } from "../../data/first_hour/way.js";
import { TaskProgress } from "../shared/task_progress.js";

const MARKS = { done: "check-circle", now: "spinner", waits: "clock", stopped: "times-circle" };

export class TrainingLine {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.steps = h("ol", { class: "isen-line" });
    this.progress = new TaskProgress();
    this.again = h("div", {});
    this.element = h("section", { class: "isen-card isen-stack", "aria-label": t("lineTitle"), hidden: true, "data-testid": "isen-line" }, this.steps, this.progress.element, this.again);
  }

  /** Gone once the training itself has begun: from then on it tells how far it is. @param {Isengard.Job} job @param {Isengard.Job[]} tasks */
  show(job, tasks) {
    const line = job.state === "queued" ? lineOf(job, tasks) : [];
    this.element.hidden = !line.length || line.at(-1)?.state === "now";
    if (this.element.hidden) return;
    const now = line.find(({ state }) => state === "now" || state === "stopped");
    const place = now ? line.indexOf(now) + 1 : line.length;
    fill(this.steps, line.map(({ kind, state }) => [kind, state]), () => line.map(({ kind, state }) =>
      h("li", { "data-state": state, "aria-current": state === "now" ? "step" : null }, icon(MARKS[state]), " ", h("span", { text: t(`line_${kind}`) }), h("span", { class: "isen-hidden-text", text: ` ${t("lineState", { state: t(`line_${state}`) })}` }))));
    this.steps.setAttribute("aria-label", t("lineAt", { n: place, count: line.length }));
    this.progress.show(now?.state === "now" ? now.job : null);
    fill(this.again, [now?.state, job.id], () => now?.state === "stopped" && button(t("retryJob"), () => this.#again(job), { kind: "primary isen-wide", testid: "isen-line-again" }));
  }

  /** @param {Isengard.Job} job */
  async #again(job) {
    this.store.keepJob(await this.store.attempt((id) => this.store.api.jobs.order(job.id, "retry", id)));
    await this.store.refresh();
  }
}
