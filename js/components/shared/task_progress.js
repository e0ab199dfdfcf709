/** Where a set-up or a download stands: what it is doing, how much of it is done. */

import { h, say } from "../../lib/dom.js";
import { bytes } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { reasonOf } from "../../data/jobs.js";
import { phaseWords } from "./job_words.js";

export class TaskProgress {
  constructor() {
    this.words = h("span", { "data-testid": "isen-task-phase" });
    this.amount = h("span", { class: "isen-muted isen-unbroken" });
    this.bar = h("progress", { max: 1, "aria-label": t("progress") });
    this.element = h("div", { class: "isen-stack-tight", role: "status", hidden: true }, h("div", { class: "isen-row isen-ends" }, this.words, this.amount), this.bar);
  }

  /** `job` null hides it. @param {Isengard.Job | null} job */
  show(job) {
    this.element.hidden = !job;
    if (!job) return;
    const { phase, step, total_steps: steps, bytes_done: done, bytes_total: total } = job.progress;
    const photos = job.kind === "captioning" ? steps : 0;
    const waits = job.state === "queued" ? said(reasonOf(job), "message") || t("waitingTurn") : job.state === "cancelling" ? t("state_cancelling") : "";
    say(this.words, waits || phaseWords(phase) || t("state_preparing"));
    say(this.amount, total ? t("bytesOf", { done: bytes(done ?? 0), total: bytes(total) }) : photos ? t("photosOf", { n: step, total: photos }) : "");
    if (total || photos) this.bar.value = Math.min(1, total ? (done ?? 0) / total : step / photos);
    else this.bar.removeAttribute("value");
  }
}
