/** Sample pictures of a training: those of one step in large beside the person's photo, a slider over all steps, and a strip of the whole way. */

import { button, h, picture, rename, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { count } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { columnsOf, samplesOf } from "../../data/samples.js";
import { putPicture } from "../shared/coming_picture.js";
import { face } from "../shared/person_picker.js";
import { showPictures } from "../shared/picture_dialog.js";

/** @typedef {{file: string, step: number, who: string}} Shown */
/** @typedef {Shown & {column: number}} Sample */
/** @typedef {Shown & {id: string, hint: string}} Frame */
/** @typedef {import("../shared/person_picker.js").Face} Face */

export class SampleStrip {
  /** The step that somebody chose; null follows the newest. @type {number | null} */
  #chosen = null;

  /** @param {import("../shared/view.js").View} view */
  constructor(view) {
    this.view = view;
    this.jobId = "";
    /** @type {{prompt: string, stranger: boolean}[]} */
    this.columns = [];
    /** @type {Isengard.Character | undefined} */
    this.person = undefined;
    /** @type {Sample[]} */
    this.samples = [];
    /** @type {number[]} */
    this.steps = [];
    this.title = h("h3", { text: t("samples") });
    this.large = h("div", { class: "isen-film-large", "data-testid": "isen-sample-large" });
    this.slider = h("input", { type: "range", min: 0, step: 1, "aria-label": t("sampleStep"), "data-testid": "isen-sample-step", on: { input: () => this.#slide() } });
    this.said = h("output", { class: "isen-muted", "data-testid": "isen-sample-said" });
    this.strip = h("ul", { class: "isen-film", "aria-label": t("samples"), "data-testid": "isen-samples" });
    this.element = h("section", { class: "isen-stack-tight" }, this.title, this.large, h("div", { class: "isen-row isen-film-slider" }, this.slider, this.said), this.strip);
  }

  /** @param {Isengard.Job} job @param {Isengard.Character | undefined} person */
  show(job, person) {
    this.columns = columnsOf(job, person);
    this.person = person;
    const samples = samplesOf(job, this.columns).map((sample) => ({ ...sample, who: this.#who(sample) }));
    this.samples = samples;
    this.jobId = job.id;
    this.steps = [...new Set(samples.map((sample) => sample.step))].sort((a, b) => a - b);
    this.element.hidden = !samples.length;
    this.#show();
  }

  /** Whom a sample shows. @param {{column: number}} options */
  #who({ column }) {
    return this.columns[column]?.stranger ? t("stranger") : (this.person?.name ?? t("gone"));
  }

  /** The prompt that somebody wrote, or what a stranger is for. @param {number} column */
  #hint(column) {
    const { prompt, stranger } = this.columns[column] ?? {};
    return prompt || (stranger ? t("strangerHint", { name: this.person?.name ?? t("gone") }) : "");
  }

  get #step() {
    return this.#chosen !== null && this.steps.includes(this.#chosen) ? this.#chosen : (this.steps.at(-1) ?? 0);
  }

  #show() {
    if (!this.samples.length) return;
    const step = this.#step;
    const at = this.steps.indexOf(step);
    this.slider.max = String(this.steps.length - 1);
    this.slider.value = String(at);
    this.slider.disabled = this.steps.length < 2;
    this.slider.setAttribute("aria-valuetext", t("stepNumber", { n: count(step) }));
    say(this.said, t("stepNumber", { n: count(step) }));
    const now = this.samples.filter((sample) => sample.step === step);
    const { id = "", cover_photo_id: cover } = this.person ?? {};
    /** @type {(Frame | {id: string, person: Face})[]} */
    const frames = now.map(({ file, who, column }, place) => ({ id: `${place}`, file, step, who, hint: this.#hint(column) }));
    if (cover) frames.unshift({ id: "cover", person: { id, cover } });
    keyed(this.large, frames, { id: (frame) => frame.id, make: (frame) => ("person" in frame ? this.#cover(frame) : this.#large(frame)), update: (node, frame) => ("person" in frame ? node.firstElementChild?.replaceWith(face(this.view.store, frame.person)) : this.#redraw(node, frame)) });
    keyed(this.strip, this.samples.map((sample) => ({ ...sample, now: sample.step === step })), { id: (sample) => sample.file, make: (sample) => this.#frame(sample), update: (node, sample) => node.redraw(sample) });
    this.#intoView();
  }

  /** The chosen frame is seen in the strip; nothing else scrolls. */
  #intoView() {
    const frame = /** @type {HTMLElement | null} */ (this.strip.querySelector("[aria-current]"));
    if (!frame) return;
    const left = frame.offsetLeft - this.strip.offsetLeft;
    if (left < this.strip.scrollLeft || left + frame.offsetWidth > this.strip.scrollLeft + this.strip.clientWidth) this.strip.scrollLeft = left;
  }

  #slide() {
    const at = Number(this.slider.value);
    this.#chosen = at === this.steps.length - 1 ? null : this.steps[at];
    this.#show();
  }

  /** @param {{file: string}} sample */
  #address(sample) {
    return this.view.store.api.jobs.sampleUrl(this.jobId, sample.file);
  }

  /** What the samples are held against. @param {{person: Face}} options */
  #cover({ person }) {
    return h("figure", {}, face(this.view.store, person), h("figcaption", { class: "isen-muted", text: t("coverPhoto") }));
  }

  /** The real face, small, beside a sample in full. */
  #beside() {
    const { id = "", cover_photo_id: cover } = this.person ?? {};
    return cover ? h("div", { class: "isen-beside", "data-testid": "isen-real-face" }, this.#cover({ person: { id, cover } })) : null;
  }

  /** @param {Frame} frame */
  #large(frame) {
    /** @type {HTMLButtonElement & {sample: Frame}} */
    const open = Object.assign(button("", () => this.#open(open.sample), { kind: "plain" }), { sample: frame });
    open.replaceChildren(picture(this.#address(frame), ""));
    const figure = h("figure", {}, open, h("figcaption", {}));
    this.#redraw(figure, frame);
    return figure;
  }

  /** The same picture element: nothing jumps while the slider moves. @param {HTMLElement} figure @param {Frame} frame */
  #redraw(figure, frame) {
    const [open, caption] = /** @type {HTMLElement[]} */ ([...figure.children]);
    Object.assign(open, { sample: frame }).setAttribute("aria-label", alt(frame));
    putPicture(/** @type {HTMLImageElement} */ (open.firstElementChild), this.#address(frame));
    say(caption, frame.who);
    caption.title = frame.hint;
  }

  /** @param {Sample & {now: boolean}} sample @returns {HTMLLIElement & {redraw: (sample: Sample & {now: boolean}) => void}} */
  #frame(sample) {
    const choose = () => {
      this.#chosen = sample.step === this.steps.at(-1) ? null : sample.step;
      this.#show();
    };
    const open = button(alt(sample), choose, { kind: "plain", bare: true });
    open.replaceChildren(picture(this.#address(sample), ""));
    const who = h("span", { class: "isen-ellipsis" });
    const item = h("li", {}, h("figure", {}, open, h("figcaption", { class: "isen-muted" }, count(sample.step), this.columns.length > 1 && who)));
    /** @param {Sample & {now: boolean}} sample */
    const redraw = (sample) => {
      say(who, sample.who);
      rename(open, alt(sample));
      marked(item, sample);
    };
    redraw(sample);
    return Object.assign(item, { redraw });
  }

  /** @param {{file: string}} sample */
  #open(sample) {
    /** @param {Sample} known */
    const describe = (known) => ({ src: this.#address(known), name: known.file.slice(known.file.lastIndexOf("/") + 1), caption: alt(known), mark: this.#beside() });
    showPictures(this.view, { label: t("samples"), items: this.samples, describe, at: this.samples.findIndex((known) => known.file === sample.file) });
  }
}

/** @param {{who: string, step: number}} options */
const alt = ({ who, step }) => t("sampleOf", { name: who, step: count(step) });

/** @param {Element} item @param {{now: boolean}} options */
function marked(item, { now }) {
  if (now) item.setAttribute("aria-current", "step");
  else item.removeAttribute("aria-current");
}
