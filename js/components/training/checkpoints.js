/** Copies saved along the way: a middle one is often better than the last, so each can be used in ComfyUI. */

import { button, h, icon, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { bytes, count } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { isSound } from "../../data/versions.js";

export class CheckpointList {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.jobId = "";
    this.summary = h("summary", { "data-testid": "isen-checkpoints" });
    this.list = h("ul", { class: "isen-plain-list" });
    this.save = button(t("saveJob"), () => this.#save(), { testid: "isen-save-job" });
    this.known = 0;
    /** How many there were when one more was asked for. @type {number | null} */
    this.asked = null;
    this.told = h("small", { class: "isen-muted isen-grow", role: "status", "data-testid": "isen-save-asked" });
    this.element = h("details", { class: "isen-fold" }, this.summary, h("p", { class: "isen-muted", text: t("checkpointsHint") }), this.list, h("div", { class: "isen-row" }, this.save, this.told));
  }

  /** The trainer ends its step first, and writes for a while: it is told that it was heard. */
  async #save() {
    const before = this.known;
    if (await this.store.attempt((id) => this.store.api.jobs.order(this.jobId, "save-now", id))) this.asked = before;
    this.store.set({});
  }

  /** @param {Isengard.Job} job */
  show(job) {
    this.jobId = job.id;
    this.known = job.checkpoints.length;
    if (this.known !== this.asked || job.state !== "running") this.asked = null;
    say(this.told, this.asked === null ? "" : t("saveAsked"));
    this.element.hidden = !job.checkpoints.length && job.state !== "running";
    this.save.hidden = job.state !== "running";
    say(this.summary, t("checkpoints", { n: job.checkpoints.length }));
    const rows = job.checkpoints.map((known) => ({ step: known.step, size: known.size, published: known.published, sound: isSound(known) }));
    keyed(this.list, rows, { id: (row) => String(row.step), make: (row) => this.#row(job.id, row) });
  }

  /** @param {string} jobId @param {{step: number, size: number, published: boolean, sound: boolean}} options */
  #row(jobId, { step, size, published, sound }) {
    const publish = () => this.store.attempt((id) => this.store.api.jobs.publish(jobId, step, id));
    return h("li", { class: "isen-row" },
      h("span", { class: "isen-grow", text: t("stepNumber", { n: count(step) }) }), h("small", { class: "isen-muted", text: bytes(size) }),
      published
        ? h("small", { class: "isen-good" }, icon("check"), ` ${t("published")}`)
        : button(t("publish"), publish, { "aria-label": t("publishOf", { step: count(step) }), disabled: !sound, testid: "isen-publish" }));
  }
}
