/** The frame: title, tabs, banners, the view of the route, and the bar that offers to undo. */

import { button, h, isWriting } from "../../lib/dom.js";
import { asFound, brought, knowOwnDrags, pasted, walked } from "../../lib/files.js";
import { fill } from "../../lib/lists.js";
import { isCommand, letterOf, readingKey } from "../../locales/reading.js";
import { explained, said } from "../../lib/said.js";
import { adoptStyles } from "../../lib/styles.js";
import { spoken, t } from "../../locales/words.js";
import { isModeFixed, practiceOf } from "../../data/first_hour/practice.js";
import { isOutdated, runningJobs, shownRoute } from "../../data/state.js";
import { brokenPictures } from "./broken_pictures.js";
import { fingerHints } from "./finger_hints.js";
import { blocked, locked } from "./blocked_states.js";
import { nearWork, topDialog } from "../shared/dialogs.js";
import { connecting } from "../shared/loading.js";
import { askEarly } from "../shared/thumbnail_preload.js";
import { focusAgain, homeOf, keepFocus } from "./focus_home.js";
import { arrive } from "../../data/photos/uploads.js";
import { openHelp } from "../help/help_dialog.js";
import { lendingBanner, lendingOf } from "../training/gpu_lending.js";
import { practiceBanner } from "../first_hour/practice.js";
import { recoveredBanner, recoveriesOf } from "./recovery_notice.js";
import { roomBanner } from "../storage/room_banner.js";
import { advisesRestart, restartButton } from "../shared/restart.js";
import { UndoBar } from "./undo_bar.js";
import { uncoverFocus } from "./uncovering.js";
import { View } from "../shared/view.js";

const TABS = ["characters", "training", "images", "video"];
/** @type {Record<string, string>} */
const VIEWS = { characters: "isen-characters", training: "isen-trainings", images: "isen-images", video: "isen-video" };
const SHEETS = ["panel", "controls", "people", "making", "pictures", "looking", "photo_day", "life", "contrast"];
const REFUSAL = "isen-problem";
/** What was "just now" is not so for ever, though nothing happens. */
const CLOCK_MS = 60_000;
/** As in styles/making.css. */
const WIDE = 560;

/** @typedef {[kind: string, text: string, testid: string, correlationId?: string, restarts?: boolean]} Banner `restarts`: to do so is advised */

export class IsenPanel extends View {
  /** @type {Promise<void>} */ styled;
  /** @type {HTMLDivElement} */ tabs;
  /** @type {HTMLButtonElement} */ leave;
  /** @type {HTMLDivElement} */ banners;
  /** @type {HTMLDivElement} */ body;
  /** @type {UndoBar} */ undo;
  /** @type {HTMLDivElement} */ refusal;
  /** @type {Isengard.State["problem"]} */ refused = null;
  /** @type {(() => void) | null} */ closes;

  /** @type {() => void} */ fetchBroken;
  /** @type {ReturnType<typeof setInterval> | undefined} */ clock;

  /** ComfyUI's page around the panel; null where there is none. @type {Isengard.Frontend | null} */
  frontend = null;
  /** @type {import("../../data/notices.js").Notices | null} */
  notices = null;

  build() {
    this.className = "isen-panel";
    const { code, dir } = spoken();
    Object.assign(this, { lang: code, dir });
    this.style.visibility = "hidden";
    this.styled = adoptStyles(SHEETS)
      .catch((/** @type {unknown} */ error) => console.error("[Isengard] no styles", error))
      .finally(() => (this.style.visibility = ""));
    this.tabs = h("div", { class: "isen-tabs", role: "tablist", "aria-label": t("title") }, ...TABS.map((name) => this.#tab(name)));
    const settings = button(t("settings"), () => this.store.go({ tab: "settings" }), { icon: "cog", bare: true, testid: "isen-settings" });
    const help = button(t("help"), () => openHelp(this), { icon: "question-circle", bare: true, title: t("helpWhat"), testid: "isen-help" });
    this.leave = button(t("close"), () => this.closes?.(), { icon: "times", bare: true, testid: "isen-leave", hidden: true });
    this.banners = h("div", { class: "isen-banners", role: "status", "aria-live": "polite" });
    this.refusal = h("div", { class: "isen-banners", role: "alert", hidden: true });
    this.body = h("div", { class: "isen-body", role: "tabpanel", id: "isen-body", tabindex: -1 });
    this.undo = new UndoBar(this, this.store);
    this.append(h("header", { class: "isen-head" }, h("strong", { class: "isen-grow", text: t("title") }), help, settings, this.leave), this.tabs, this.banners, this.refusal, this.body, this.undo.element);
    this.#keepToOurselves();
    this.fetchBroken = brokenPictures(this);
    fingerHints(this);
    keepFocus(this, () => topDialog(this) ?? homeOf(this.body));
    uncoverFocus(this);
    this.store.early = (name, items) => name === "generations" && this.#showsPictures() && askEarly(this.store.api, /** @type {Isengard.Generation[]} */ (items));
    this.addEventListener("isen-undo", (event) => this.undo.show(/** @type {CustomEvent<Isengard.Undo>} */ (event).detail));
  }

  /** From the width on at which they are beside the form, not below it. */
  #showsPictures() {
    return this.store.state.route.tab === "images" && this.clientWidth >= WIDE;
  }

  /** ComfyUI listens on the page: "w" on a focused button would switch its tabs, a dropped file would replace the graph. */
  #keepToOurselves() {
    for (const kind of ["keydown", "paste", "copy", "cut"]) this.addEventListener(kind, (event) => event.stopPropagation());
    this.addEventListener("keydown", (event) => this.#helpByKey(event), { capture: true });  // dialogs keep keys to themselves
    this.addEventListener("keydown", (event) => this.#undoByKey(event));
    knowOwnDrags(this);
    for (const kind of ["dragover", "drop"]) {
      this.addEventListener(kind, (happened) => {
        const files = brought(/** @type {DragEvent} */ (happened));
        if (files && kind === "drop") walked(files).then((found) => arrive(this.store, found));
      });
    }
    this.addEventListener("paste", (event) => {
      const files = pasted(/** @type {ClipboardEvent} */ (event));
      if (files.length) arrive(this.store, asFound(files));
    });
  }

  connectedCallback() {
    super.connectedCallback();
    clearInterval(this.clock);
    this.clock = setInterval(() => this.store.set({}), CLOCK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
  }

  online() {
    this.fetchBroken();
  }

  shown() {
    if (this.store.state.connection === "offline") this.store.refresh();
  }

  /** Shown over ComfyUI's page, where it can be closed; null when it no longer is. @param {(() => void) | null} closes */
  over(closes) {
    this.closes = closes;
    this.leave.hidden = !closes;
  }

  /** Its place, and what is open in it, is the next one's: the language has changed. @param {IsenPanel} next */
  becomes(next) {
    if (!this.isConnected) return;
    const focused = this.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    this.replaceWith(next);
    next.over(this.closes);
    if (focused) focusAgain(next, focused.dataset.testid ?? "");
  }

  /** Who opened it by a key goes on with the keys. */
  takeFocus() {
    this.styled?.then(() => /** @type {HTMLElement} */ (this.tabs.querySelector('[tabindex="0"]')).focus());
  }

  /** @param {Isengard.State} state */
  update(state) {
    const { tab: current } = state.route;
    for (const tab of this.#tabs) {
      const selected = tab.dataset.tab === current;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected || (!VIEWS[current] && tab.dataset.tab === TABS[0]) ? 0 : -1;
    }
    const all = bannersOf(state);
    const refusal = all.find(([, , testid]) => testid === REFUSAL);
    const lines = all.filter((line) => line !== refusal);
    const lent = lendingOf(state);
    const back = recoveriesOf(state);
    const practice = practiceOf(state);
    const room = state.room?.low ? state.room : null;
    const fixed = isModeFixed(state);
    fill(this.banners, [lines, back, lent, practice, fixed, room], () => [
      room && roomBanner(this.store, room),
      practice && practiceBanner(this.store, { ...practice, fixed }), ...lines.map((line) => this.#banner(line)), ...back.map((one) => recoveredBanner(this.store, one)), lent && lendingBanner(this.store, lent),
    ]);
    this.#show(state);
    this.#refuse(state.problem, refusal);
  }

  /** @param {Isengard.State["problem"]} problem @param {Banner | undefined} line */
  #refuse(problem, line) {
    if (problem === this.refused && this.refusal.isConnected) return;
    this.refused = problem;
    const home = () => this.banners.after(this.refusal);
    if (problem) nearWork(this, this.refusal, home);
    else home();
    this.refusal.hidden = !problem;
    this.refusal.replaceChildren(...(line ? [this.#banner(line)] : []));
  }

  /** @param {Isengard.State} state */
  #show(state) {
    const route = shownRoute(state);
    const door = doorOf(state);
    const key = door || JSON.stringify(route);
    if (this.body.dataset.view === key) return;
    const inside = this.body.contains(document.activeElement);
    this.body.dataset.view = key;
    this.body.replaceChildren(door ? this.#door(door, state) : this.#view(route));
    this.body.scrollTop = 0;
    if (inside) homeOf(this.body).focus({ preventScroll: true });
  }

  /** @param {string} door @param {Isengard.State} state */
  #door(door, state) {
    if (door === "locked") return locked(this.store);
    return door === "broken" ? blocked(this.store, state.failure) : connecting();
  }

  /** @param {Isengard.Route} route */
  #view(route) {
    let name = VIEWS[route.tab] ?? "isen-settings";
    if (route.tab === "characters" && route.id) name = "isen-character";
    if (route.tab === "images" && route.day) name = "isen-photo-day";
    if (route.tab === "training" && route.job) name = "isen-job";
    if (route.tab === "training" && route.train) name = "isen-train";
    if (route.tab === "training" && route.setup) name = "isen-setup";
    if (route.tab === "training" && route.model) name = "isen-model";
    return Object.assign(document.createElement(name), { store: this.store, route, panel: this });
  }

  /** @param {Banner} line */
  #banner([kind, text, testid, more, restarts]) {
    if (testid === "isen-outdated") {
      return h("div", { class: `${kind} isen-row`, "data-testid": testid }, h("p", { class: "isen-grow", text }),
        button(t("reload"), () => location.reload(), { icon: "refresh", testid: "isen-reload" }));
    }
    if (testid !== REFUSAL) return h("p", { class: kind, text, "data-testid": testid });
    return h("div", { class: `${kind} isen-row`, "data-testid": testid },
      h("p", { class: "isen-grow", text, title: more ? t("correlation", { id: more }) : null }),
      button(t("dismiss"), () => this.store.set({ problem: null }), { icon: "times", bare: true, testid: "isen-dismiss" }),
      restarts && restartButton(this.store),
      more && button(t("showLog"), () => this.#showLog(more), { kind: "link", testid: "isen-show-log" }));
  }

  /** @param {string} log */
  #showLog(log) {
    for (let dialog = topDialog(this); dialog; dialog = topDialog(this)) dialog.close();
    this.store.go({ tab: "settings", log });
  }

  /** @param {string} name */
  #tab(name) {
    return h("button", {
      class: "isen-tab", role: "tab", text: t(name), "aria-controls": "isen-body", "data-tab": name, "data-testid": `isen-tab-${name}`,
      on: { click: () => this.store.go({ tab: name }), keydown: (event) => this.#arrow(event) },
    });
  }

  get #tabs() {
    return /** @type {HTMLElement[]} */ ([...this.tabs.children]);
  }

  /** @param {KeyboardEvent} event */
  #arrow(event) {
    const at = this.#tabs.findIndex((tab) => tab === event.target);
    /** @type {Record<string, number>} */
    const keys = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 };
    const to = keys[readingKey(event.key)];
    if (to === undefined || isCommand(event)) return;
    event.preventDefault();
    const next = this.#tabs[(to + TABS.length) % TABS.length];
    next.focus();
    next.click();
  }

  /** While there is an offer to undo, Ctrl and Z take it; in a field they undo what was typed. @param {KeyboardEvent} event */
  #undoByKey(event) {
    if (letterOf(event) !== "z" || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey) || isWriting(event.target)) return;
    if (this.undo.press()) event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #helpByKey(event) {
    if (event.key !== "?" || isCommand(event) || isWriting(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    openHelp(this);
  }
}

/** What stands before any view: nothing is known yet, or nothing may be. @param {Isengard.State} state */
function doorOf({ connection, characters }) {
  if (connection === "locked" || connection === "broken") return connection;
  return characters === null ? "connecting" : "";
}

/** @type {Record<string, string>} */
const SLIPS = { settings_slip: "slipSettings", setting_slip: "slipSetting", pack_slip: "slipPack" };

/** A file that somebody wrote and that cannot be read, in words: where it is wrong and what stands in. @param {Isengard.Slip} slip */
function slipWords(slip) {
  const { kind, file, line } = slip;
  const place = line ? t("slipLine", { file, n: line }) : file;
  return t(SLIPS[kind] ?? "slipSettings", { place, reason: said(slip, "reason") });
}

/**
 * [class, text, test id, correlation id] of each line above the view.
 * @returns {Banner[]}
 * @param {Isengard.State} state
 */
export function bannersOf(state) {
  const { connection, retryS, failure, health, problem, characters, slow } = state;
  /** @type {Banner[]} */
  const lines = [];
  if (isOutdated(state)) lines.push(["isen-warn", t("reloadTitle", { n: health?.version }), "isen-outdated"]);
  if (slow && connection !== "offline") lines.push(["isen-note", t("slow"), "isen-slow"]);
  if (connection === "offline") {
    const why = failure ? explained(failure) : t(runningJobs(state).length ? "offlineTraining" : "offline", { s: retryS ?? 1 });
    lines.push(["isen-warn", why, "isen-offline"]);
  }
  if (connection === "starting" && (characters !== null || retryS)) lines.push(["isen-note", t("starting"), "isen-starting"]);
  for (const slip of health?.slips ?? []) lines.push(["isen-warn", slipWords(slip), "isen-slip"]);
  if (problem) lines.push(["isen-error", explained(problem), REFUSAL, problem.code === "offline" ? "" : problem.correlationId, advisesRestart(problem)]);
  return lines;
}
