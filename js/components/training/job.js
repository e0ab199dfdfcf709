/** One training as it happens: where it stands, its curve, its samples, its log, and what can be done. */

import { lossCurve } from "../../lib/curve.js";
import { button, h, say, withElement } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { brief, count, counted, decimal, dotted, lossMeaning } from "../../lib/format.js";
import { said, saidEach } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED, shareOf, waitingJobs } from "../../data/state.js";
import { awaitsChoice } from "../../data/versions.js";
import { CheckpointList } from "./checkpoints.js";
import { Rail } from "../first_hour/rail.js";
import { FolderList } from "../help/folder_list.js";
import { TrainingLine } from "../first_hour/line.js";
import { SampleStrip } from "./sample_strip.js";
import { failure, goOn } from "./job_after.js";
import { JobLog } from "./job_log.js";
import { endedEarly, measuredSaves, measuresOfSaves } from "./measured_saves.js";
import { gpuLine, interruption, statusLine, waitsFor, whatWords } from "../shared/job_words.js";
import { lendButton } from "./gpu_lending.js";
import { notifyChoice } from "../settings/notify_choice.js";
import { advisesRestart, restartButton } from "../shared/restart.js";
import { proofAdvice } from "../characters/versions.js";
import { View } from "../shared/view.js";

/** What may be ordered in which state. @typedef {[words: string, order: Isengard.JobOrder, testid: string]} Order */
/** @type {Order} */
const CANCEL = ["cancelJob", "cancel", "isen-cancel-job"];
/** @type {Order} */
const RETRY = ["retryJob", "retry", "isen-retry-job"];
/** @type {Partial<Record<Isengard.Job["state"], Order[]>>} */
const ORDERS = {
  queued: [CANCEL],
  preparing: [CANCEL],
  running: [["pauseJob", "pause", "isen-pause-job"], CANCEL],
  paused: [["resumeJob", "resume", "isen-resume-job"], CANCEL],
  interrupted: [CANCEL],
  failed: [RETRY],
  cancelled: [RETRY],
};

/** @param {Isengard.Store} store @param {Isengard.Job} job */
const warnings = (store, { progress }) =>
  saidEach(progress, "warnings").map((text, at) => h("div", { class: "isen-warn isen-stack-tight" }, h("p", { "data-testid": "isen-job-warning", text }), advisesRestart({ message: progress.warnings[at] }) && restartButton(store)));

export class IsenJob extends View {
  /** @type {HTMLHeadingElement} */ heading;
  /** @type {{of: string, element: HTMLElement} | null} */ further = null;
  /** @type {HTMLElement} */ what;
  /** @type {HTMLElement} */ stateText;
  /** @type {HTMLSpanElement} */ steps;
  /** @type {HTMLProgressElement} */ bar;
  /** @type {HTMLParagraphElement} */ line;
  /** @type {HTMLParagraphElement} */ gpu;
  /** @type {Rail} */ rail;
  /** @type {TrainingLine} */ ahead;
  /** @type {HTMLDivElement} */ outcome;
  /** @type {HTMLDivElement} */ saves;
  /** @type {HTMLElement} */ curve;
  /** @type {SampleStrip} */ film;
  /** @type {CheckpointList} */ checkpoints;
  /** @type {HTMLDivElement} */ buttons;
  /** @type {HTMLDivElement} */ notify;
  /** @type {JobLog} */ log;

  build() {
    this.className = "isen-stack";
    this.heading = h("h2", { class: "isen-ellipsis", dir: "auto", tabindex: -1 });
    this.what = h("small", { class: "isen-muted isen-ellipsis" });
    this.stateText = h("strong", { "data-testid": "isen-job-state" });
    this.steps = h("span", { class: "isen-muted", "data-testid": "isen-job-steps" });
    this.bar = h("progress", { max: 1, "aria-label": t("progress"), "data-testid": "isen-job-progress" });
    this.line = h("p", { class: "isen-muted", "data-testid": "isen-job-line" });
    this.gpu = h("p", { class: "isen-muted" });
    this.rail = new Rail(this.store);
    this.ahead = new TrainingLine(this.store);
    this.outcome = h("div", { class: "isen-stack", role: "status", "aria-live": "polite" });
    this.saves = h("div");
    this.curve = h("figure", { class: "isen-figure" });
    this.film = new SampleStrip(this);
    this.checkpoints = new CheckpointList(this.store);
    this.buttons = h("div", { class: "isen-row" });
    this.notify = h("div", {}, ...notifyChoice(this.panel?.notices));
    this.log = new JobLog(new FolderList(this.store, this.route.job));
    const back = button(t("back"), () => this.store.go({ tab: "training" }), { icon: "chevron-left", bare: true });
    this.append(
      h("div", { class: "isen-row isen-top" }, back, h("div", { class: "isen-grow" }, this.heading, this.what)), this.rail.element,
      h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row isen-ends" }, this.stateText, this.steps), this.bar, this.line, this.gpu),
      this.ahead.element, this.outcome, this.buttons, this.notify, this.saves, this.curve, this.film.element, this.checkpoints.element, this.log.element);
    this.store.loadJob(this.route.job ?? "");
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const job = state.jobs?.find((known) => known.id === this.route.job);
    if (!job) return;
    const person = state.characters.find((known) => known.id === job.character_id);
    const points = state.losses[job.id] ?? [];
    this.#head(job, person, state);
    this.#standing(job, state);
    this.rail.show(person, state, job.state === "completed" ? "choose" : "train");
    this.ahead.show(job, state.tasks);
    const open = person !== undefined && awaitsChoice(job, person, state.recipes);
    fill(this.outcome, [job.state, job.error, job.interruption, job.waits_for, job.progress.warnings, job.artifacts.length, job.checkpoints.at(-1)?.proof?.image, person?.name, open], () => this.#outcome(job, person, open));
    fill(this.curve, [points.length, points.at(-1), job.progress.total_steps, job.progress.held_out_loss, ENDED.has(job.state)], () => points.length > 1 && this.#curve(points, job));
    const saves = measuresOfSaves(job, person);
    fill(this.saves, saves, () => measuredSaves(saves, person?.name ?? ""));
    this.film.show(job, person);
    this.checkpoints.show(job);
    fill(this.buttons, [job.state, job.order, job.checkpoints.length], () => [...(ORDERS[job.state] ?? []).map((order) => this.#order(job, ...order)), job.state === "running" && lendButton(this.store, job)]);
    this.notify.hidden = ENDED.has(job.state) || !this.notify.firstChild;
    this.log.show(state.logs[job.id]);
  }

  /** @param {Isengard.Job} job @param {Isengard.Character | undefined} person @param {Isengard.State} state */
  #head(job, person, state) {
    const family = said(state.families.find((known) => known.key === job.family), "label") || job.family;
    say(this.heading, person?.name ?? t("gone"));
    say(this.what, whatWords(family, job.request));
  }

  /** @param {Isengard.Job} job @param {Isengard.State} state */
  #standing(job, state) {
    const { progress } = job;
    const place = waitingJobs(state).findIndex((known) => known.id === job.id);
    say(this.stateText, t(`state_${job.state}`));
    this.stateText.dataset.state = job.state;
    this.bar.value = shareOf(job);
    this.bar.hidden = job.state === "queued" || job.state === "cancelled";
    say(this.steps, progress.total_steps ? counted("stepOf", progress.total_steps, { n: count(progress.step), total: count(progress.total_steps) }) : "");
    say(this.line, place >= 0 ? t(place ? "waitingFor" : "waitingNext", { n: place }) : statusLine(job));
    say(this.gpu, gpuLine(job, state.workers));
    this.gpu.hidden = !this.gpu.textContent;
    this.line.hidden = !this.line.textContent;
  }

  /** @param {Isengard.Job} job @param {Isengard.Character | undefined} person @param {boolean} open */
  #outcome(job, person, open) {
    if (job.error) return failure(this, job, job.error);
    if (!ENDED.has(job.state)) return [waitsFor(job), interruption(job), ...warnings(this.store, job)];
    const lora = job.artifacts.find((artifact) => artifact.kind === "lora");
    if (job.state !== "completed" || !lora) return [];
    const choose = () => this.store.go({ tab: "images", id: person?.id, compare: job.family, training: job.id });
    return [
      open && button(t("chooseBest"), choose, { icon: "table", kind: "primary isen-wide", testid: "isen-choose-best" }),
      person && button(t("makePictures", { name: brief(person.name) }), () => this.store.go({ tab: "images", id: person.id }), { kind: open ? "wide" : "primary isen-wide", testid: "isen-make-pictures" }),
      ...endedEarly(this, job),
      h("p", { class: "isen-note", "data-testid": "isen-job-done" }, ...withElement(t("doneNote"), "file", h("code", { class: "isen-file", text: lora.file }))),
      proofAdvice(job),
      ...warnings(this.store, job),
      this.#further(job),
    ];
  }

  /** One for a job: what is open in it, and what was written, stays when something else of the job changes. @param {Isengard.Job} job */
  #further(job) {
    if (this.further?.of !== job.id) this.further = { of: job.id, element: goOn(this, job) };
    return this.further.element;
  }

  /** @param {Isengard.LossPoint[]} points @param {Isengard.Job} job */
  #curve(points, job) {
    const last = points[points.length - 1];
    const meaning = ENDED.has(job.state) ? "" : lossMeaning(points);
    const held = job.progress.held_out_loss;
    const words = dotted([t("lossNow", { n: decimal(last.loss, 3) }), meaning && t(`loss_${meaning}`), held && t("lossHeldOut", { n: decimal(held, 3) })]);
    return [
      h("figcaption", { class: "isen-row isen-ends" }, h("span", { text: words }), h("small", { class: "isen-muted", text: t("lossHint") })),
      lossCurve(points, job.progress.total_steps, t("lossCurve", { words })),
    ];
  }

  /** @param {Isengard.Job} job @param {string} words @param {Isengard.JobOrder} verb @param {string} testid */
  #order(job, words, verb, testid) {
    const give = async () => this.store.keepJob(await this.store.attempt((id) => this.store.api.jobs.order(job.id, verb, id)));
    const saved = verb === "retry" ? job.checkpoints.at(-1)?.step : 0;
    return button(saved ? t("retryFrom", { n: count(saved) }) : t(words), give, { testid, kind: verb === "resume" || (verb === "retry" && !job.error?.offer) ? "primary" : "" });
  }
}
