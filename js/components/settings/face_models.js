/** Which models measure likeness and look at pictures: one choice for each thing they do, and setting up what was chosen. */

import { button, field, h } from "../../lib/dom.js";
import { bytes } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { orderTask, setupOf } from "../../data/jobs.js";
import { TaskProgress } from "../shared/task_progress.js";

/** Descriptions for finding copies are made where chosen, and nothing asks for them yet: no choice is offered. */
const ROLES = /** @type {const} */ (["detector", "describer", "variety"]);

export class FaceModels {
  /** @param {import("../../data/store.js").Store} store @param {(names: string) => Promise<boolean>} save */
  constructor(store, save) {
    this.store = store;
    this.save = save;
    /** @type {string[]} */ this.chosen = [];
    this.editable = true;
    this.choices = h("div", { class: "isen-stack" });
    this.details = h("div", { class: "isen-stack" });
    this.progress = new TaskProgress();
    this.element = h("div", { class: "isen-stack", "data-testid": "isen-face-models", hidden: true }, this.choices, this.details, this.progress.element);
  }

  /** What the settings say. @param {Isengard.Setting | undefined} setting */
  choose(setting) {
    if (!setting) return;
    this.chosen = Array.isArray(setting.value) ? setting.value : [];
    this.editable = setting.editable;
    this.show(this.store.state);
  }

  /** They work beside what measures by default, so nothing is offered before that is here. @param {Isengard.State} state */
  show({ likeness, tasks }) {
    this.element.hidden = likeness?.state.state !== "ready" || !likeness.models?.length;
    if (this.element.hidden || !likeness) return;
    const shown = likeness.models.filter((model) => this.chosen.includes(model.key) || model.setup.installed || model.setup.unfinished);
    const jobs = shown.map((model) => setupOf(tasks, model.state.name));
    fill(this.choices, [likeness.models.map((model) => model.key), this.chosen, this.editable], () => this.#choices(likeness.models));
    fill(this.details, [shown, this.chosen, jobs.map((job) => [job?.id, job?.state, job?.error])], () => shown.map((model, n) => this.#detail(model, jobs[n])));
    this.progress.show(jobs.find((job) => job && !ENDED.has(job.state)) ?? null);
  }

  /** @param {Isengard.FaceModel[]} models */
  #choices(models) {
    return ROLES.flatMap((role) => {
      const able = models.filter((model) => model.roles.includes(role));
      if (!able.length) return [];
      const names = able.map((model) => model.key);
      /** @type {HTMLSelectElement} */
      const box = h("select", { disabled: !this.editable, "data-testid": `isen-face-model-${role}`, on: { change: () => this.#pick(names, box.value) } },
        h("option", { value: "", text: t(`faceModelDefault_${role}`) }),
        ...able.map((model) => h("option", { value: model.key, text: t("faceModelOption", { name: said(model, "label"), size: bytes(model.size), licence: model.licence }) })));
      box.value = names.find((name) => this.chosen.includes(name)) ?? "";
      return [field(t(`faceModelRole_${role}`), box, t(`faceModelHint_${role}`))];
    });
  }

  /** @param {string[]} others @param {string} picked */
  async #pick(others, picked) {
    const names = [...this.chosen.filter((name) => !others.includes(name)), picked].filter(Boolean);
    await this.save(names.join(","));
  }

  /** @param {Isengard.FaceModel} model @param {Isengard.Job | undefined} job */
  #detail(model, job) {
    const { key, is_calibrated: judged, state, setup } = model;
    const label = said(model, "label");
    const { jobs, training } = this.store.api;
    const going = job && !ENDED.has(job.state) ? job : null;
    /** @param {(action: string) => Promise<Isengard.Job>} order */
    const ask = (order) => () => orderTask(this.store, order);
    const ready = state.state === "ready";
    const used = this.chosen.includes(key);
    const words = ready ? t(used ? "faceModelReady" : "faceModelIdle", { name: label }) : setup.possible ? t("faceModelMissing", { name: label, size: bytes(setup.download_bytes), licence: setup.licence, source: setup.source }) : said(setup, "why_not");
    const buttons = going
      ? [button(t("meterCancel"), ask((action) => jobs.order(going.id, "cancel", action)), { testid: "isen-face-model-cancel" })]
      : [
        !ready && setup.possible && button(t("faceModelFetch", { name: label }), ask((action) => training.setUp(state.name, { confirm: true }, action)), { icon: "download", testid: "isen-face-model-setup" }),
        (ready || setup.unfinished) && button(t("faceModelRemove", { name: label }), ask((action) => training.uninstall(state.name, action)), { testid: "isen-face-model-remove" }),
      ];
    return h("div", { class: "isen-stack-tight" }, h("p", { class: "isen-muted", text: words }),
      ready && used && !judged && h("p", { class: "isen-warn", text: t("faceModelUnjudged", { name: label }) }),
      job?.error && h("p", { class: "isen-error", text: explained(job.error) }), h("div", { class: "isen-row" }, ...buttons));
  }
}
