/** A training's numbers as sentences, why it had to begin again, and why a queued one does not begin. */

import { reasonOf } from "../../data/jobs.js";
import { h } from "../../lib/dom.js";
import { about, bytes, count, decimal, dotted, videoMemory } from "../../lib/format.js";
import { explained } from "../../lib/said.js";
import { t, wordOr } from "../../locales/words.js";

/** "training · 2.1 s a step · about 20 min left" @param {Isengard.Job} job */
export function statusLine(job) {
  const { phase, seconds_per_step: pace, eta_s: eta, bytes_done: done, bytes_total: total } = job.progress;
  const attempt = job.attempt > 1 && t("attempt", { n: job.attempt });
  if (!["preparing", "running", "pausing"].includes(job.state)) return attempt || "";
  return dotted([
    phaseWords(phase),
    done && (total ? t("bytesOfAbout", { done: bytes(done), total: bytes(total) }) : bytes(done)),
    pace !== null && pace >= 0.01 && t("perStep", { n: decimal(pace, pace < 0.1 ? 2 : 1) }),
    eta && phase === "training" && t("timeLeft", { time: about(eta) }),
    attempt,
  ]);
}

/** A phase that a foreign trainer made up is shown as it is. @param {string} phase */
export function phaseWords(phase) {
  return wordOr(`phase_${phase}`, phase);
}

/** "Stable Diffusion 1.5 · balanced · LoKr"; a foreign trainer's own preset is shown as it is. @param {string} family @param {Isengard.Job["request"]} request */
export function whatWords(family, { preset, method = "lora" }) {
  return dotted([family, preset && wordOr(`preset_${preset}`, preset), methodWord(method)]);
}

/** "LoKr", and nothing of a LoRA, which is the usual thing. @param {string} [method] */
export function methodWord(method = "lora") {
  return method === "lora" ? "" : wordOr(`method_${method}`, method);
}

/**
 * "GPU NVIDIA RTX 3090 · 21.3 GB of 24 GB used", as far as it is known while the job runs.
 * @param {Isengard.Job} job @param {Isengard.Worker[]} workers
 */
export function gpuLine(job, workers) {
  if (job.state !== "running") return "";
  const gpu = workers.find((worker) => worker.id === job.worker_id)?.gpus[0];
  if (!gpu) return "";
  const used = job.progress.vram_used_bytes ?? gpu.total_bytes - gpu.free_bytes;
  const heat = job.progress.temperature_c ? t("degrees", { n: count(job.progress.temperature_c) }) : "";
  return dotted([t("gpuUsed", { name: gpu.name, used: videoMemory(used), total: videoMemory(gpu.total_bytes) }), heat]);
}

/** @param {Isengard.Job} job */
export function interruption({ interruption: why }) {
  return why && line(why, "isen-note", "isen-interruption");
}

/** What is only not done yet is told by the line of jobs itself. @param {Isengard.Job} job */
export function waitsFor(job) {
  const why = reasonOf(job);
  return why && why.code !== "step" && line(why, "isen-warn", "isen-waits-for");
}

/** @param {Isengard.Reason | Isengard.JobError} reason @param {string} kind @param {string} testid */
function line(reason, kind, testid) {
  return h("p", { class: kind, "data-testid": testid, text: explained(reason) });
}
