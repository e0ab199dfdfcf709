/** The trainer: what setting it up takes, the set-up as it happens, trying it out, and removing it. */

import { button, h, icon } from "../../lib/dom.js";
import { bytes } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { orderTask, setupOf } from "../../data/jobs.js";
import { openDialog } from "../shared/dialogs.js";
import { offersPractice } from "../../data/first_hour/practice.js";
import { practiceOffer } from "../first_hour/practice.js";
import { JobLog } from "./job_log.js";
import { TaskProgress } from "../shared/task_progress.js";
import { View } from "../shared/view.js";

export class IsenSetup extends View {
  /** @type {HTMLParagraphElement} */ state;
  /** @type {HTMLDivElement} */ offer;
  /** @type {TaskProgress} */ progress;
  /** @type {HTMLDivElement} */ outcome;
  /** @type {HTMLDivElement} */ buttons;
  /** @type {HTMLDivElement} */ practice;
  /** @type {JobLog} */ log;

  #followed = "";

  build() {
    this.className = "isen-stack";
    const back = button(t("back"), () => this.store.go({ tab: "training" }), { icon: "chevron-left", bare: true });
    this.state = h("p", { "data-testid": "isen-backend-state" });
    this.offer = h("div", { class: "isen-stack" });
    this.progress = new TaskProgress();
    this.outcome = h("div", { class: "isen-stack", role: "status", "aria-live": "polite" });
    this.buttons = h("div", { class: "isen-row" });
    this.practice = h("div", {});
    this.log = new JobLog();
    this.append(
      h("div", { class: "isen-row isen-top" }, back, h("h2", { class: "isen-grow", tabindex: -1, text: t("setupTitle") })),
      h("p", { class: "isen-muted", text: t("setupWhat") }), this.state, this.offer, this.progress.element, this.outcome, this.buttons, this.practice, this.log.element);
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const backend = state.backends.find((known) => known.setup);
    if (!backend?.setup) return;
    const { setup } = backend;
    const job = setupOf(state.tasks, backend.name);
    const going = job !== undefined && !ENDED.has(job.state);
    this.#stateLine(backend);
    this.state.hidden = Boolean(going);
    fill(this.offer, [backend.setup, going], () => (going || setup.installed ? [] : offered(setup)));
    this.progress.show(going ? job : null);
    fill(this.outcome, [job?.state, job?.error], () => outcome(job));
    fill(this.buttons, [backend.setup, backend.state.state, job?.state, job?.id], () => this.#buttons({ ...backend, setup }, job, going));
    const practice = offersPractice(state, null);
    fill(this.practice, practice, () => (practice ? practiceOffer(this.store) : []));
    this.log.element.hidden = !job;
    if (job && this.#followed !== job.id) {
      this.#followed = job.id;
      this.store.loadJob(job.id);
    }
    if (job) this.log.show(state.logs[job.id]);
  }

  /** @param {Isengard.Backend} backend */
  #stateLine(backend) {
    const { state } = backend;
    const ready = state.state === "ready";
    this.state.className = ready ? "isen-good" : "isen-warn-text";
    this.state.dataset.state = state.state;
    const words = ready ? t("backendReady", { name: said(backend, "label"), version: state.version || "?" }) : said(state, "detail");
    fill(this.state, words, () => [icon(ready ? "check-circle" : "exclamation-triangle"), ` ${words}`]);
  }

  /** @param {Isengard.Backend & {setup: Isengard.Setup}} backend @param {Isengard.Job | undefined} job @param {boolean} going */
  #buttons({ name, state, setup }, job, going) {
    const { jobs, training } = this.store.api;
    /** @param {Schema.BackendSetup} wanted */
    const setUp = (wanted) => () => orderTask(this.store, (action) => training.setUp(name, wanted, action));
    const uninstall = () => orderTask(this.store, (action) => training.uninstall(name, action));
    if (job && going) return [button(t("cancelSetup"), () => orderTask(this.store, (action) => jobs.order(job.id, "cancel", action)), { testid: "isen-cancel-setup" })];
    const failed = job && ["failed", "cancelled"].includes(job.state) && job.request.action === "install";
    const retry = () => job && orderTask(this.store, (action) => jobs.order(job.id, "retry", action));
    const start = failed ? t("retryJob") : t(setup.unfinished ? "continueSetup" : "startSetup");
    return [
      setup.possible && (!setup.installed || setup.unfinished) ? button(start, failed ? retry : setUp({ confirm: true }), { kind: "primary", testid: "isen-start-setup" }) : null,
      state.state === "ready" && button(t("tryBackend"), setUp({ action: "check" }), { testid: "isen-try-backend" }),
      setup.installed && button(t("uninstall"), () => this.#uninstall(setup, uninstall), { testid: "isen-uninstall" }),
    ].filter(Boolean);
  }

  /** @param {Isengard.Setup} setup @param {() => unknown} go */
  #uninstall({ disk_bytes: size }, go) {
    const really = async () => {
      dialog.close();
      await go();
    };
    const dialog = openDialog(this, { label: t("uninstall") },
      h("h2", { text: t("uninstall") }), h("p", { text: t("uninstallWhat", { size: bytes(size) }) }),
      h("div", { class: "isen-row isen-ends" }, button(t("cancel"), () => dialog.close(), {}), button(t("uninstall"), really, { kind: "danger", testid: "isen-really-uninstall" })));
  }
}

/** Before anything is fetched: what, from where, how much. @param {Isengard.Setup} setup */
function offered(setup) {
  if (!setup.possible) return [h("p", { class: "isen-error", "data-testid": "isen-setup-refused", text: said(setup, "why_not") })];
  /** @param {string} name @param {string} text */
  const line = (name, text) => h("li", {}, icon(name), " ", text);
  return [
    h("ul", { class: "isen-plain-list", "data-testid": "isen-setup-offer" },
      line("download", t("setupFetch", { size: bytes(setup.download_bytes) })),
      line("database", t("setupDisk", { size: bytes(setup.disk_bytes) })),
      line("shield", t("setupOwnPython")),
      line("file", t("setupSource", { source: setup.source, version: setup.version, licence: setup.licence }))),
    setup.status === "experimental" && h("p", { class: "isen-warn", text: t("setupExperimental") }),
  ].filter(Boolean);
}

/** @param {Isengard.Job | undefined} job */
function outcome(job) {
  if (!job || !ENDED.has(job.state)) return [];
  if (job.error) return [h("p", { class: "isen-error", "data-testid": "isen-setup-error", text: explained(job.error) })];
  if (job.state === "cancelled") return [h("p", { class: "isen-muted", text: t("setupCancelled") })];
  const done = { install: "setupDone", check: "tryDone", uninstall: "uninstallDone" }[job.request.action ?? "install"];
  return [h("p", { class: "isen-note", "data-testid": "isen-setup-done", text: t(done) })];
}
