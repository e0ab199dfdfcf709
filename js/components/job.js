/** One training as it happens: where it stands, its curve, its samples, its log, and what can be done. */

import { lossCurve } from "../lib/curve.js";
import { fill, h, icon, picture } from "../lib/dom.js";
import { about, count, lossMeaning } from "../lib/format.js";
import { t } from "../locales/words.js";
import { View } from "./view.js";

const LOG_SHOWN = 120;

export class IsenJob extends View {
  build() {
    this.className = "isen-stack";
    this.heading = h("h3", { class: "isen-grow" });
    this.stateText = h("strong", { "data-testid": "isen-job-state" });
    this.bar = h("progress", { "data-testid": "isen-job-progress" });
    this.steps = h("span", { class: "isen-right" });
    this.line = h("p", { class: "isen-muted" });
    this.outcome = h("div", { role: "status", "aria-live": "polite" });
    this.curve = h("div", {});
    this.samples = h("div", { class: "isen-film", role: "list", "data-testid": "isen-samples" });
    this.checkpoints = h("details", { class: "isen-fold" });
    this.buttons = h("div", { class: "isen-row" });
    this.logText = h("pre", { class: "isen-log", tabindex: 0 });
    this.append(
      h("div", { class: "isen-row" },
        h("button", { class: "isen-icon", "aria-label": t("back"), title: t("back"), on: { click: () => this.store.go({ tab: "training" }) } }, icon("chevron-left")),
        this.heading),
      h("div", { class: "isen-row" }, this.stateText, h("span", { class: "isen-grow" }), this.steps),
      this.bar, this.line, this.outcome, this.curve, this.samples, this.checkpoints, this.buttons,
      h("details", { class: "isen-fold" }, h("summary", { text: t("log"), "data-testid": "isen-log" }), this.logText));
    this.store.loadJob(this.route.job);
  }

  update(state) {
    const job = state.jobs?.find((known) => known.id === this.route.job);
    if (!job) {
      this.store.go({ tab: "training" });
      return;
    }
    const person = state.characters.find((known) => known.id === job.character_id);
    const { progress } = job;
    this.heading.textContent = [person?.name, job.family, job.request.preset].filter(Boolean).join(" · ");
    this.stateText.textContent = t(`state_${job.state}`);
    this.stateText.dataset.state = job.state;
    this.bar.max = progress.total_steps || 1;
    this.bar.value = job.state === "completed" ? this.bar.max : progress.step;
    this.steps.textContent = progress.total_steps ? `${count(progress.step)} / ${count(progress.total_steps)}` : "";
    const points = state.losses[job.id] ?? [];
    this.line.textContent = statusLine(job, points);
    fill(this.outcome, [job.state, job.error, job.artifacts.length], () => this.#outcome(job, person));
    fill(this.curve, [points.length, points.at(-1)], () => points.length > 1 && lossCurve(points, progress.total_steps, t("lossCurve")));
    const samples = job.artifacts.filter((artifact) => artifact.kind === "sample");
    fill(this.samples, samples.map((sample) => sample.file), () => samples.map((sample) => this.#sample(job, sample)));
    this.checkpoints.hidden = !job.checkpoints.length;
    fill(this.checkpoints, job.checkpoints, () => this.#checkpoints(job));
    fill(this.buttons, [job.state], () => this.#buttons(job));
    const lines = state.logs[job.id] ?? [];
    this.logText.textContent = lines.length ? lines.slice(-LOG_SHOWN).join("\n") : t("noLog");
  }

  #outcome(job, person) {
    if (job.error) return h("p", { class: "isen-error", "data-testid": "isen-job-error", text: `${job.error.message} ${job.error.hint}` });
    const lora = job.artifacts.find((artifact) => artifact.kind === "lora");
    if (job.state !== "completed" || !lora) return [];
    return [
      h("p", { class: "isen-note isen-wrap", "data-testid": "isen-job-done", text: t("doneNote", { file: lora.file }) }),
      person && h("button", { class: "isen-primary isen-wide", text: t("makePictures", { name: person.name }), on: { click: () => this.store.go({ tab: "images", id: person.id }) } }),
    ];
  }

  #sample(job, sample) {
    const name = sample.file.split("/").at(-1);
    const alt = t("sampleOf", { step: sample.step });
    return h("figure", { role: "listitem" },
      picture(this.store.api.url(`/training/jobs/${job.id}/samples/${encodeURIComponent(name)}`), alt), h("figcaption", { text: count(sample.step) }));
  }

  #checkpoints(job) {
    const publish = (step) => this.store.attempt((id) => this.store.api.post(`/training/jobs/${job.id}/checkpoints/${step}/publish`, {}, id));
    const rows = job.checkpoints.map(({ step, published }) =>
      h("li", { class: "isen-row" }, h("span", { class: "isen-grow", text: count(step) }),
        published
          ? h("small", { class: "isen-muted", text: t("published") })
          : h("button", { text: t("publish"), "aria-label": t("publishOf", { step }), on: { click: () => publish(step) } })));
    return [h("summary", { text: `${t("checkpoints")} (${job.checkpoints.length})` }), h("ul", { class: "isen-list" }, ...rows)];
  }

  #buttons(job) {
    const order = (verb) => async () =>
      this.store.keepJob(await this.store.attempt((id) => this.store.api.post(`/training/jobs/${job.id}/${verb}`, {}, id)));
    const button = (text, verb, testid) => h("button", { text, "data-testid": testid, on: { click: order(verb) } });
    const cancel = () => button(t("cancelJob"), "cancel", "isen-cancel-job");
    const offers = {
      queued: () => [cancel()],
      preparing: () => [cancel()],
      running: () => [button(t("pauseJob"), "pause", "isen-pause-job"), cancel()],
      paused: () => [button(t("resumeJob"), "resume", "isen-resume-job"), cancel()],
      failed: () => [button(t("retryJob"), "retry", "isen-retry-job")],
      cancelled: () => [button(t("retryJob"), "retry", "isen-retry-job")],
    };
    return offers[job.state]?.() ?? [];
  }
}

/** "training · 2.1 s a step · about 20 min left · loss 0.11, settling" */
export function statusLine(job, points) {
  const { phase, seconds_per_step: pace, eta_s: eta, loss } = job.progress;
  if (job.state !== "running" && job.state !== "pausing") return job.attempt > 1 ? t("attempt", { n: job.attempt }) : "";
  const meaning = lossMeaning(points);
  return [
    phase && t(`phase_${phase}`),
    pace && t("perStep", { n: pace < 0.1 ? pace.toFixed(2) : pace.toFixed(1) }),
    eta !== null && phase === "training" && t("timeLeft", { time: about(eta) }),
    loss !== null && t("lossNow", { n: loss.toFixed(3) }) + (meaning ? `, ${t(`loss_${meaning}`)}` : ""),
    job.attempt > 1 && t("attempt", { n: job.attempt }),
  ].filter(Boolean).join(" · ");
}
