/** A photo day that runs or ran: how far it is, its pictures in four heaps, going through them, and taking them along. */

import { button, h, icon, picture, say } from "../../lib/dom.js";
import { about, counted, dotted } from "../../lib/format.js";
import { fill, keyed } from "../../lib/lists.js";
import { dayShare, sectionsOf } from "../../data/albums/photo_days.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { LikenessMeter } from "../comparing/likeness_meter.js";
import { offerUndo } from "../shared/view.js";
import { openCulling } from "./culling.js";
import { badgeOf, pictureWords } from "./day_words.js";

const SECTIONS = /** @type {Isengard.DaySection[]} */ (["undecided", "keep", "reject", "aside"]);
const MARKS = { keep: "check", reject: "times" };

export class DayPictures {
  /** @param {Isengard.View} view @param {(day: Isengard.PhotoDay) => unknown} changed the day as it is after what somebody did */
  constructor(view, changed) {
    this.view = view;
    this.store = view.store;
    this.changed = changed;
    /** @type {Isengard.DaySection} */
    this.section = "undecided";
    this.bar = h("progress", { max: 1, "aria-label": t("progress") });
    this.far = h("p", { role: "status", "data-testid": "isen-day-progress" });
    this.why = h("small", { class: "isen-muted", "data-testid": "isen-day-waits" });
    this.error = h("p", { class: "isen-warn", hidden: true, "data-testid": "isen-day-error" });
    this.pause = button(t("dayPause"), () => this.#order("pause"), { icon: "pause", testid: "isen-day-pause" });
    this.resume = button(t("dayResume"), () => this.#order("resume"), { icon: "play", testid: "isen-day-resume" });
    this.end = button(t("dayEnd"), () => this.#end(), { icon: "stop", title: t("dayEndHint"), testid: "isen-day-end" });
    this.unmeasured = h("small", { class: "isen-muted", text: t("dayUnmeasured") });
    this.meter = new LikenessMeter(this.store);
    this.tabs = h("div", { class: "isen-row", role: "group", "aria-label": t("daySections") });
    this.note = h("small", { class: "isen-muted" });
    this.wall = h("ul", { class: "isen-wall isen-day-wall", "data-testid": "isen-day-wall" });
    this.through = button(t("dayGoThrough"), () => this.#open(0), { kind: "primary", icon: "images", testid: "isen-day-through" });
    this.take = h("a", { class: "isen-button", download: "", "data-testid": "isen-day-export" }, icon("download"), h("span"));
    this.element = h("div", { class: "isen-stack isen-day", "data-testid": "isen-day" },
      h("div", { class: "isen-stack-tight" }, this.far, this.bar, this.why, this.error, h("div", { class: "isen-row" }, this.pause, this.resume, this.end)),
      h("div", { class: "isen-stack-tight" }, this.unmeasured, this.meter.element),
      h("div", { class: "isen-row" }, this.through, this.take), this.tabs, this.note, this.wall);
  }

  /** @param {Isengard.PhotoDay} day @param {Isengard.Shown} state */
  show(day, state) {
    this.day = day;
    this.#progress(day);
    this.unmeasured.hidden = day.measures;
    this.meter.show(state, day.measures);
    const sections = sectionsOf(day);
    fill(this.tabs, [SECTIONS.map((name) => sections[name].length), this.section], () => SECTIONS.map((name) =>
      button(t(`daySection_${name}`, { n: sections[name].length }), () => this.#turn(name), { kind: "chip", "aria-pressed": String(name === this.section), testid: `isen-day-section-${name}` })));
    const shown = sections[this.section];
    const coming = this.section === "undecided" && leftOf(day) > 0;
    say(this.note, shown.length ? (this.section === "aside" ? t("dayAsideWhat") : "") : t(coming ? "dayNoneYet" : `dayNone_${this.section}`));
    keyed(this.wall, shown, { id: ({ n }) => String(n), make: (one) => this.#tile(one) });
    this.through.hidden = !shown.length;
    this.#take(sections);
  }

  /** @param {Isengard.PhotoDay} day */
  #progress(day) {
    const drawn = day.pictures.filter(({ state }) => state === "drawn").length;
    const left = leftOf(day);
    const count = day.pictures.filter(({ state }) => state !== "skipped").length;
    const time = left && day.seconds_each !== null ? t("dayLeft", { time: about(day.seconds_each * left) }) : "";
    const done = day.state === "done";
    say(this.far, done ? counted("dayDone", drawn) : dotted([t("dayDrawn", { n: drawn, count }), day.state === "running" && time]));
    this.bar.value = dayShare(day);
    this.bar.hidden = done;
    say(this.why, day.state === "paused" ? t("dayPaused") : day.waits_for ? t(`dayWaits_${day.waits_for}`) : "");
    const failed = day.pictures.filter(({ state }) => state === "failed");
    const reason = day.error ?? failed[0]?.error;
    this.error.hidden = !reason;
    say(this.error, failed.length && !day.error ? counted("dayFailed", failed.length, { reason: said(reason, "message") }) : explained(reason));
    this.pause.hidden = day.state !== "running" || !left;
    this.resume.hidden = day.state === "running" || (!left && !failed.length);
    this.end.hidden = !left;
  }

  /** @param {Record<Isengard.DaySection, Isengard.DayPicture[]>} sections */
  #take({ undecided, keep }) {
    const { day } = this;
    const n = keep.length || undecided.length;
    this.take.hidden = !n || !day;
    if (day) this.take.href = this.store.api.photoDays.exportUrl(day.id);
    const words = this.take.lastElementChild;
    if (words) say(words, counted(keep.length ? "dayExportKeepers" : "dayExportAll", n));
  }

  /** @param {Isengard.DaySection} name */
  #turn(name) {
    this.section = name;
    this.store.set({});
  }

  /** @param {Isengard.DayPicture} one */
  #tile(one) {
    const words = pictureWords(one);
    const open = button(words, () => this.#open(one.n), { kind: "plain", bare: true, testid: "isen-day-picture" });
    open.replaceChildren(picture(this.store.api.generations.thumbUrl({ id: one.generation_id }, one.image ?? { n: 0 }), ""));
    const mark = one.choice ? h("span", { class: "isen-tile-mark", title: t(`dayChosen_${one.choice}`) }, icon(MARKS[one.choice])) : null;
    return h("li", { "data-choice": one.choice, "data-aside": one.aside, "data-n": one.n }, h("div", { class: "isen-scored" }, open, badgeOf(one, this.person), mark),
      one.aside && h("small", { class: "isen-muted", text: t(`dayAside_${one.aside}`) }));
  }

  get person() {
    const id = this.day?.character_id ?? "";
    return { id, name: this.store.state.characters?.find((known) => known.id === id)?.name ?? "" };
  }

  /** @param {number} n the picture that is shown first; what is not in this heap stands for its first */
  #open(n) {
    const { day } = this;
    if (!day) return;
    const pictures = sectionsOf(day)[this.section];
    openCulling(this.view, { pictures, at: Math.max(0, pictures.findIndex((one) => one.n === n)), person: this.person, choose: (one, choice) => this.#choose(one, choice) });
  }

  /** @param {Isengard.DayPicture} one @param {Schema.PictureChoice} choice */
  async #choose({ n }, choice) {
    const { day } = this;
    const kept = day && (await this.store.attempt((id) => this.store.api.photoDays.choose(day.id, n, choice, id)));
    if (kept) this.changed(kept);
    return kept?.pictures.find((one) => one.n === n) ?? null;
  }

  /** @param {"pause" | "resume" | "end"} what */
  async #order(what) {
    const { day } = this;
    const kept = day && (await this.store.attempt((id) => this.store.api.photoDays.order(day.id, what, id)));
    if (kept) this.changed(kept);
  }

  /** With undo: what it left out is drawn after all. */
  async #end() {
    const { day, store } = this;
    const kept = day && (await store.attempt((id) => store.api.photoDays.order(day.id, "end", id)));
    if (!kept) return;
    this.changed(kept);
    const left = kept.ended?.pictures.length ?? 0;
    if (!left) return;
    offerUndo(this.view, counted("dayEnded", left), async () => {
      const again = await store.attempt((id) => store.api.photoDays.undoEnd(kept.id, id));
      if (again && this.day?.id === again.id) this.changed(again);
    });
  }
}

/** How many are still to be drawn. @param {Isengard.PhotoDay} day */
const leftOf = (day) => day.pictures.filter(({ state }) => state === "waiting" || state === "drawing").length;
