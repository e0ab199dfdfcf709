/** A family's model files: which are here, how much is missing, fetching them. */

import { button, h, icon, say } from "../../lib/dom.js";
import { DOT, bytes } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { explained, said } from "../../lib/said.js";
import { sentences, t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { orderTask } from "../../data/jobs.js";
import { gateBox } from "./licence_gate.js";
import { TaskProgress } from "../shared/task_progress.js";
import { View } from "../shared/view.js";

export class IsenModel extends View {
  /** @type {HTMLHeadingElement} */ heading;
  /** @type {HTMLParagraphElement} */ licence;
  /** @type {HTMLUListElement} */ files;
  /** @type {HTMLDivElement} */ unreadable;
  /** @type {TaskProgress} */ progress;
  /** @type {HTMLDivElement} */ outcome;
  /** @type {HTMLDivElement} */ gate;
  /** @type {HTMLDivElement} */ buttons;

  /** Files come and go without an event: they are asked for anew whenever this is shown. */
  connectedCallback() {
    super.connectedCallback();
    this.store.refresh();
  }

  build() {
    this.className = "isen-stack";
    const back = button(t("back"), () => this.store.go({ tab: "training", train: this.route.train ?? "?" }), { icon: "chevron-left", bare: true });
    this.heading = h("h2", { class: "isen-grow", tabindex: -1 });
    this.licence = h("p", { class: "isen-muted" });
    this.files = h("ul", { class: "isen-plain-list", "data-testid": "isen-model-files" });
    this.unreadable = h("div", { class: "isen-stack-tight" });
    this.progress = new TaskProgress();
    this.outcome = h("div", { class: "isen-stack", role: "status", "aria-live": "polite" });
    this.gate = h("div", {});
    this.buttons = h("div", { class: "isen-row" });
    this.append(h("div", { class: "isen-row isen-top" }, back, this.heading), this.licence, this.files, this.unreadable, this.progress.element, this.outcome, this.gate, this.buttons);
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const family = state.families.find((known) => known.key === this.route.model);
    if (!family) return;
    const job = state.tasks.find((known) => known.kind === "model_download" && known.family === family.key);
    const going = job !== undefined && !ENDED.has(job.state);
    const missing = family.files.filter((file) => !file.here);
    say(this.heading, said(family, "label"));
    fill(this.licence, family.licence, () => [t("modelLicence", { licence: family.licence })]);
    fill(this.files, family.files, () => family.files.map(fileLine));
    fill(this.unreadable, [family.unreadable, family.files], () => unreadable(family));
    this.progress.show(going ? job : null);
    fill(this.outcome, [job?.state, job?.error, missing.length], () => outcome(family, job, missing));
    const gated = family.needs_token || (job?.state === "failed" && job.error?.code === "model_gated");
    fill(this.gate, [gated && !going, job?.id, family.key], () => gated && !going && gateBox(this.store, family, () => this.#again(family, job)));
    fill(this.buttons, [going, job?.state, missing], () => this.#buttons(family, job, going, missing));
  }

  /**
   * The download that was refused, or back to the training, which checks anew.
   * @param {Isengard.Family} family @param {Isengard.Job | undefined} job
   */
  async #again(family, job) {
    const refused = job?.state === "failed" && family.files.some((file) => !file.here);
    if (!refused) return this.store.go({ tab: "training", train: this.route.train ?? "?" });
    await orderTask(this.store, (action) => this.store.api.jobs.order(job.id, "retry", action));
  }

  /** @param {Isengard.Family} family @param {Isengard.Job | undefined} job @param {boolean} going @param {Isengard.ModelFile[]} missing */
  #buttons(family, job, going, missing) {
    const { jobs, training } = this.store.api;
    /** @param {(action: string) => Promise<Isengard.Job>} order */
    const ask = (order) => () => orderTask(this.store, order);
    if (job && going) return [button(t("cancelDownload"), ask((action) => jobs.order(job.id, "cancel", action)), { testid: "isen-cancel-download" })];
    if (!missing.length && !family.needs_token) return [button(t("backToTrain"), () => this.store.go({ tab: "training", train: this.route.train ?? "?" }), { kind: "primary" })];
    if (!missing.length) return [];
    const size = bytes(missing.reduce((sum, file) => sum + file.size, 0));
    const again = job && ["failed", "cancelled"].includes(job.state);
    const start = again ? ask((action) => jobs.order(job.id, "retry", action)) : ask((action) => training.download(family.key, action));
    const words = missing.some(({ fault }) => fault) ? "fetchAgainSize" : "downloadSize";
    return [button(again ? t("retryJob") : t(words, { size }), start, { kind: "primary", testid: "isen-download" })];
  }
}

/** @param {Isengard.ModelFile} one */
function fileLine(one) {
  const { file, folder, hub, size, here, fault } = one;
  return h("li", { class: fault ? "isen-error-line" : "" }, icon(fault ? "times-circle" : here ? "check-circle" : "download"), " ", h("span", { class: "isen-file", text: file }),
    h("small", { class: "isen-muted", text: ` ${bytes(size)}${DOT}${t(here ? "fileHere" : "fileMissing", { folder, hub })}` }),
    fault && h("p", { "data-testid": "isen-model-fault", text: sentences(said(one, "fault"), fault.startsWith(`${file} `) && t("oldKept", { file })) }));
}

/**
 * Files beside these that ComfyUI lists as well and nobody can use: each is told once. An older server does not say them.
 * @param {Isengard.Family} family
 */
function unreadable({ files, unreadable: found = [] }) {
  const known = files.map(({ fault }) => fault);
  const lines = found.filter(({ reason }) => !known.includes(reason)).map((one) => said(one, "reason"));
  if (!lines.length) return [];
  return [h("p", { class: "isen-muted", text: t("filesUnreadable") }),
    h("ul", { class: "isen-plain-list isen-muted", "data-testid": "isen-model-unreadable" }, ...lines.map((text) => h("li", { text })))];
}

/** @param {Isengard.Family} family @param {Isengard.Job | undefined} job @param {Isengard.ModelFile[]} missing */
function outcome(family, job, missing) {
  if (!family.files.length) return [h("p", { class: "isen-note", text: t("fetchedByTrainer") })];
  if (!missing.length) return [h("p", { class: "isen-note", "data-testid": "isen-model-done", text: t("modelHere") })];
  if (job?.error) return [h("p", { class: "isen-error", text: explained(job.error) })];
  return job?.state === "cancelled" ? [h("p", { class: "isen-muted", text: t("downloadCancelled") })] : [];
}
