/** A person's photo days: asking for one, watching it, going through it. */

import { button, h, say } from "../../lib/dom.js";
import { ago, instant, moment, toldApart } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { daysOf } from "../../data/albums/photo_days.js";
import { t } from "../../locales/words.js";
import { connecting } from "../shared/loading.js";
import { View } from "../shared/view.js";
import { DayForm } from "./day_form.js";
import { DayPictures } from "./day_pictures.js";

export class IsenPhotoDay extends View {
  /** @type {HTMLHeadingElement} */ heading;
  /** @type {HTMLDivElement} */ earlier;
  /** @type {HTMLDivElement} */ waits;
  /** @type {DayForm} */ form;
  /** @type {DayPictures} */ pictures;
  /** A person's days as they are listed; null until they are. @type {Schema.PhotoDay[] | null} */ days = null;
  /** Whether they could be. */ listed = false;
  /** The one that is shown; null while one is asked for. @type {Isengard.PhotoDay | null} */ day = null;
  /** What was known of it when it was asked for last. */
  known = "";
  /** How often a day, or the form, was asked for: what was asked for before the last is shown no more. */
  asked = 0;
  /** The number of the question that is on its way; 0 while there is none. */
  opening = 0;

  build() {
    this.className = "isen-stack";
    this.heading = h("h2", { class: "isen-grow isen-ellipsis", dir: "auto", tabindex: -1 });
    const back = button(t("back"), () => this.store.go({ tab: "characters", id: this.#person }), { icon: "chevron-left", bare: true });
    this.earlier = h("div", { class: "isen-row", role: "group", "aria-label": t("dayEarlier") });
    this.waits = connecting();
    this.form = new DayForm(this, (day) => this.#begun(day));
    this.pictures = new DayPictures(this, (day) => this.#keep(day));
    this.append(h("div", { class: "isen-row isen-top" }, back, this.heading), this.earlier, this.waits, this.form.element, this.pictures.element);
    this.form.element.hidden = this.pictures.element.hidden = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.pictures.meter.ask();
    this.#load();
  }

  get #person() {
    return this.route.day ?? "";
  }

  /** A form that somebody fills in stays. */
  online() {
    this.pictures.meter.ask();
    if (!this.listed) this.#load();
    else if (this.day) this.#open(this.day.id);
    else this.form.again();
  }

  /** The newest day, else the form. */
  async #load() {
    const listed = await daysOf(this.store, this.#person);
    this.listed = listed !== null;
    this.days = listed ?? [];
    const [newest] = this.days;
    if (newest) await this.#open(newest.id);
    else this.update(/** @type {Isengard.Shown} */ (this.store.state));
  }

  /** Ask for a day, again and again while something is told of it. @param {string} id */
  async #open(id) {
    const asked = (this.opening = ++this.asked);
    /** @type {Isengard.PhotoDay | null} */
    let day;
    do {
      const { state } = this.store;
      day = await this.store.ask(() => this.store.api.photoDays.one(id));
      if (asked !== this.asked) return;
      if (day) this.#show(day, state);
    } while (day && this.known !== this.#toldOf(this.store.state));
    this.opening = 0;
  }

  /** @param {Isengard.PhotoDay} day */
  #begun(day) {
    this.days = [day, ...(this.days ?? [])];
    this.#keep(day);
  }

  /** @param {Isengard.PhotoDay | null} day */
  #keep(day) {
    this.asked += 1;
    this.opening = 0;
    this.#show(day);
  }

  /** @param {Isengard.PhotoDay | null} day @param {Isengard.State} [before] what was told before it was asked for, where that is known */
  #show(day, before) {
    this.day = day;
    this.known = before ? this.#toldOf(before) : "";
    this.update(/** @type {Isengard.Shown} */ (this.store.state));
  }

  /** What events have told of the day that is shown: how far it is, and which of its pictures were measured. @param {Isengard.State} state */
  #toldOf({ photoDays, generations }) {
    if (!this.day) return "";
    const ids = new Set(this.day.pictures.map((picture) => picture.generation_id));
    const measured = (generations ?? []).filter(({ id, images }) => ids.has(id) && images[0]?.likeness).length;
    return JSON.stringify([photoDays[this.day.id] ?? null, measured]);
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const person = state.characters.find((known) => known.id === this.#person);
    if (!person) return;
    say(this.heading, t("photoDayOf", { name: person.name }));
    this.waits.hidden = this.days !== null;
    if (this.days === null) return;
    const { day, days } = this;
    fill(this.earlier, [days.map(({ id, created_at: created }) => [id, ago(created)]), day?.id ?? ""], () => (days.length ? this.#chips(days) : []));
    this.form.element.hidden = day !== null;
    this.pictures.element.hidden = day === null;
    if (!day) return this.form.show(person, state.styles, state.recipes, days);
    this.pictures.show(day, state);
    if (!this.opening && this.known !== this.#toldOf(state)) this.#open(day.id);
  }

  /** @param {Schema.PhotoDay[]} days */
  #chips(days) {
    // two of one hour, or of one day, are told apart by the minute
    const begun = toldApart(days.map(({ created_at: at }) => at), ago, moment, instant);
    const chips = days.map(({ id }, at) => button(begun[at], () => this.#open(id), { kind: "chip", "aria-pressed": String(id === this.day?.id), testid: "isen-day-earlier" }));
    return [...chips, button(t("dayNew"), () => this.#keep(null), { kind: "chip", icon: "plus", "aria-pressed": String(this.day === null), testid: "isen-day-new" })];
  }
}
