/** Captions by a program: what it would take, one button, where it stands, and taking back what it wrote. */

import { button, h } from "../../lib/dom.js";
import { bytes, counted } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { explained, said, saidEach } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { orderTask } from "../../data/jobs.js";
import { TaskProgress } from "../shared/task_progress.js";

export class CaptionerBox {
  /** @type {Isengard.Captioner | null} */
  #offer = null;

  /**
   * @param {import("../../data/store.js").Store} store
   * @param {() => boolean} overwrite whether captions written by hand are to be replaced too
   * @param {string} characterId
   */
  constructor(store, characterId, overwrite) {
    this.store = store;
    this.characterId = characterId;
    this.overwrite = overwrite;
    this.what = h("div", { class: "isen-stack-tight" });
    this.progress = new TaskProgress();
    this.outcome = h("div", { class: "isen-stack-tight", role: "status", "aria-live": "polite" });
    this.buttons = h("div", { class: "isen-row" });
    this.element = h("div", { class: "isen-stack-tight" }, this.what, this.progress.element, this.outcome, this.buttons);
  }

  /** Asked for when the person looks at it: it may have been set up meanwhile. */
  async ask() {
    const answer = await this.store.ask(() => this.store.api.training.captioners());
    this.#offer = answer?.items.find((known) => known.default) ?? null;
    this.show(this.store.state);
  }

  /** @param {Isengard.State} state */
  show({ tasks, photos }) {
    const job = tasks.find((known) => known.kind === "captioning" && known.character_id === this.characterId);
    const going = job !== undefined && !ENDED.has(job.state);
    const written = (photos[this.characterId] ?? []).filter((photo) => photo.caption_source === "captioner").length;
    fill(this.what, this.#offer, () => offered(this.store, this.#offer));
    this.progress.show(going ? job : null);
    fill(this.outcome, [job?.id, job?.state, job?.error, job?.progress.warnings, written], () => outcome(job, written));
    fill(this.buttons, [job?.id, job?.state, written, this.#offer], () => this.#buttons(job, going, written));
  }

  /** @param {Isengard.Job | undefined} job @param {boolean} going @param {number} written */
  #buttons(job, going, written) {
    const { characters, jobs } = this.store.api;
    if (job && going) return [button(t("cancelDescribing"), () => orderTask(this.store, (action) => jobs.order(job.id, "cancel", action)), { testid: "isen-cancel-captions" })];
    const start = () => orderTask(this.store, (action) => characters.describe(this.characterId, this.overwrite(), action));
    return [
      button(t("describePhotos"), start, { testid: "isen-describe", disabled: this.#offer?.state.state !== "ready" }),
      job?.state === "completed" && written > 0 && button(t("takeBack"), () => takeBack(this.store, this.characterId), { testid: "isen-take-back" }),
    ];
  }
}

/** The captions as they were before they were last written all at once. @param {Isengard.Store} store @param {string} characterId */
export async function takeBack(store, characterId) {
  const answer = await store.attempt((id) => store.api.characters.caption(characterId, { plan: "undo" }, id));
  if (answer) store.photos.keep(characterId, answer.items);
}

/** @param {Isengard.Store} store @param {Isengard.Captioner | null} offer */
function offered(store, offer) {
  if (!offer) return [];
  const { state, placeholder, model, download_bytes: size, licence } = offer;
  if (state.state !== "ready") {
    const open = button(t("openSetup"), () => store.go({ tab: "training", setup: true }), { testid: "isen-captioner-setup" });
    return [h("p", { class: "isen-warn isen-row", "data-testid": "isen-captioner-missing" }, h("span", { class: "isen-grow", text: said(state, "detail") }), open)];
  }
  if (placeholder) return [h("p", { class: "isen-warn", text: t("captionerPlaceholder") })];
  const fetches = size ? t("captionerFetch", { model, size: bytes(size), licence }) : licence ? "" : t("captionerOwn");
  return [h("p", { text: t("captionerHint") }), fetches && h("p", { class: "isen-muted", text: fetches })];
}

/** @param {Isengard.Job | undefined} job @param {number} written */
function outcome(job, written) {
  if (!job || !ENDED.has(job.state)) return [];
  if (job.error) return [h("p", { class: "isen-error", "data-testid": "isen-captions-error", text: explained(job.error) })];
  if (job.state === "cancelled") return [h("p", { class: "isen-muted", text: t("describingCancelled") })];
  const done = written > 0 && h("p", { class: "isen-note", "data-testid": "isen-captions-done", text: counted("described", written) });
  return [done, ...saidEach(job.progress, "warnings").map((text) => h("p", { class: "isen-warn", text }))];
}
