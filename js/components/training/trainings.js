/** All trainings: what runs, what waits, then what has ended, newest first. */

import { button, h, rename, say } from "../../lib/dom.js";
import { fill, keyed } from "../../lib/lists.js";
import { about, ago, dotted } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED, shareOf, waitingJobs } from "../../data/state.js";
import { reasonOf } from "../../data/jobs.js";
import { whatWords } from "../shared/job_words.js";
import { face } from "../shared/person_picker.js";
import { trainerLine, trainerOf } from "./trainer_line.js";
import { View } from "../shared/view.js";

/**
 * @typedef {{id: string, going: boolean, place: number, last: boolean, person: import("../shared/person_picker.js").Face, name: string, what: string, share: number,
 *   state: Isengard.Job["state"], why: string, words: string}} Row
 * @typedef {HTMLLIElement & {redraw: (row: Row) => void}} RowItem
 */

export class IsenTrainings extends View {
  /** @type {HTMLButtonElement} */ start;
  /** @type {HTMLElement} */ none;
  /** @type {HTMLUListElement} */ going;
  /** @type {HTMLUListElement} */ past;
  /** @type {HTMLHeadingElement} */ pastTitle;
  /** @type {HTMLButtonElement} */ more;
  /** @type {HTMLDivElement} */ trainer;
  /** @type {HTMLElement} */ keys;
  /** @type {HTMLParagraphElement} */ told;
  /** @type {Isengard.Job[]} */ waiting;
  /** The move that was sent last. @type {Promise<unknown>} */ moves = Promise.resolve();
  /** What waits in the order that the moves under way come to. @type {string[] | null} */ order = null;

  build() {
    this.className = "isen-stack";
    const start = () => this.store.go({ tab: "training", train: "?" });
    this.start = button(t("trainAnother"), start, { icon: "plus", kind: "primary", testid: "isen-train-someone" });
    this.none = h("section", { class: "isen-card isen-stack" }, h("p", { text: t("noTrainings") }), h("p", { class: "isen-muted", text: t("noTrainingsHow") }));
    this.going = h("ul", { class: "isen-plain-list", "aria-label": t("goingOn") });
    this.past = h("ul", { class: "isen-plain-list", "aria-label": t("history") });
    this.pastTitle = h("h3", { text: t("history") });
    this.more = button(t("showMore"), () => this.store.more("jobs"), {});
    this.trainer = h("div", { class: "isen-stack" });
    this.keys = h("small", { class: "isen-muted", text: t("queueKeys") });
    this.told = h("p", { class: "isen-hidden-text", role: "status" });
    this.append(this.trainer, this.none, this.start, this.going, this.keys, this.told, this.pastTitle, this.past, this.more);
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const jobs = state.jobs ?? [];
    const trainer = trainerOf(state);
    fill(this.trainer, trainer, () => trainerLine(this.store, trainer));
    const waiting = this.#ordered(waitingJobs(state));
    const rows = jobs.map((job) => this.#shown(job, state, waiting.indexOf(job)));
    const going = rows.filter((row) => row.going).sort((a, b) => a.place - b.place);
    const past = rows.filter((row) => !row.going);
    this.none.hidden = jobs.length > 0;
    this.pastTitle.hidden = !past.length || !going.length;
    this.more.hidden = !state.cursors.jobs;
    this.waiting = waiting;
    this.keys.hidden = waiting.length < 2;
    this.start.classList.toggle("isen-primary", !going.length);
    /** @type {Isengard.Ways<Row, RowItem>} */
    const ways = { id: (row) => row.id, make: (row) => this.#row(row), update: (node, row) => node.redraw(row) };
    keyed(this.going, going, ways);
    keyed(this.past, past, ways);
  }

  /** @param {Isengard.Job} job @param {Isengard.Shown} state @param {number} place */
  #shown(job, state, place) {
    const person = state.characters.find((known) => known.id === job.character_id);
    const family = said(state.families.find((known) => known.key === job.family), "label") || job.family;
    const going = !ENDED.has(job.state);
    const { eta_s: eta } = job.progress;
    const left = job.state === "running" && eta ? t("timeLeft", { time: about(eta) }) : "";
    return {
      id: job.id, going, place, last: place === waitingJobs(state).length - 1, person: person ? { id: person.id, cover: person.cover_photo_id } : { id: "", cover: null },
      name: person?.name ?? t("gone"), what: whatWords(family, job.request),
      share: shareOf(job), state: job.state, why: said(job.error ?? reasonOf(job), "message"),
      words: dotted([place >= 0 ? t("inLine", { n: place + 1 }) : t(`state_${job.state}`), left || (going ? "" : ago(job.finished_at ?? job.updated_at))]),
    };
  }

  /** @param {Row} row */
  #row(row) {
    const bar = h("progress", { max: 1, "aria-label": t("progress") });
    const words = h("small", {});
    const portrait = h("span", { class: "isen-through" });
    const called = h("strong", { class: "isen-ellipsis", dir: "auto" });
    const kind = h("small", { class: "isen-muted isen-ellipsis" });
    let now = row;
    const open = button("", () => this.store.go({ tab: "training", job: row.id }), { kind: "item", testid: "isen-job-row" });
    open.append(portrait, h("span", { class: "isen-grow isen-stack-tight" }, called, kind, bar, words));
    const up = button(t("moveUp", { name: row.name }), () => this.#move(now, -1), { icon: "arrow-up", bare: true, testid: "isen-move-up" });
    const down = button(t("moveDown", { name: row.name }), () => this.#move(now, 1), { icon: "arrow-down", bare: true, testid: "isen-move-down" });
    const item = h("li", { class: "isen-job-item", "data-job": row.id, on: { keydown: (event) => this.#key(event, now) } }, open, up, down);
    /** @param {Row} row */
    const redraw = (row) => {
      const { going, share, state, why, words: said, place, last, person, name, what } = (now = row);
      fill(portrait, person, () => face(this.store, person));
      say(called, name);
      say(kind, what);
      rename(up, t("moveUp", { name }));
      rename(down, t("moveDown", { name }));
      bar.hidden = !going || place >= 0;
      bar.value = share;
      up.hidden = place < 1;
      down.hidden = place < 0 || last;
      words.className = state === "failed" ? "isen-error-text" : state === "completed" ? "isen-good" : "isen-muted";
      say(words, why || said);
    };
    redraw(row);
    return Object.assign(item, { redraw });
  }

  /** @param {KeyboardEvent} event @param {Row} row */
  #key(event, row) {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!by || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#move(row, by);
  }

  /**
   * Shown at once, put right by what the server says; said aloud, as the list moves under one's fingers. A place counts
   * on the moves before it, so they are sent one after the other, and until the last is through an older list changes nothing.
   * @param {Row} options @param {number} by
   */
  async #move({ id: jobId, name }, by) {
    const job = this.waiting.find((known) => known.id === jobId);
    if (!job) return;
    const line = this.waiting.filter((known) => known.priority === job.priority);
    const to = line.indexOf(job) + by;
    if (to < 0 || to >= line.length) return;
    const order = line.map((known) => known.id).filter((id) => id !== jobId);
    order.splice(to, 0, jobId);
    this.#keepOrder([...this.waiting.map((known) => known.id).filter((id) => !order.includes(id)), ...order]);
    const sent = this.moves.then(() => this.store.attempt((id) => this.store.api.jobs.move(jobId, to, id)));
    this.moves = sent;
    if (await sent) say(this.told, t("moved", { name, n: to + 1 }));
    if (this.moves !== sent) return;
    await this.store.refresh();
    if (this.moves === sent) this.#keepOrder(null);
  }

  /** @param {string[] | null} order the ids of what waits, where moves are under way */
  #keepOrder(order) {
    this.order = order;
    this.store.set({ jobs: [...(this.store.state.jobs ?? [])] });
  }

  /** As it is shown while moves are under way. @param {Isengard.Job[]} waiting */
  #ordered(waiting) {
    const { order } = this;
    if (!order) return waiting;
    /** @param {Isengard.Job} job */
    const place = (job) => (order.includes(job.id) ? order.indexOf(job.id) : order.length);
    return [...waiting].sort((a, b) => b.priority - a.priority || place(a) - place(b));
  }
}
