/** Sample pictures of a training: those of one step in large beside the person's photo, a slider over all steps, and a strip of the whole way. */

import { button, h, picture, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { count } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { columnsOf, samplesOf } from "../../data/samples.js";
import { face } from "../shared/person_picker.js";
import { showPictures } from "../shared/picture_dialog.js";

export class FilmStrip {
  /** The step that somebody chose; null follows the newest. @type {number | null} */
  #chosen = null;

  /** @param {import("../shared/view.js").View} view */
  constructor(view) {
    this.view = view;
    this.title = h("h3", { text: t("samples") });
    this.large = h("div", { class: "isen-film-large", "data-testid": "isen-sample-large" });
    this.slider = h("input", { type: "range", min: 0, step: 1, "aria-label": t("sampleStep"), "data-testid": "isen-sample-step", on: { input: () => this.#slide() } });
    this.said = h("output", { class: "isen-muted", "data-testid": "isen-sample-said" });
    this.strip = h("ul", { class: "isen-film", "aria-label": t("samples"), "data-testid": "isen-samples" });
    this.element = h("section", { class: "isen-stack-tight" }, this.title, this.large, h("div", { class: "isen-row isen-film-slider" }, this.slider, this.said), this.strip);
  }

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

  /** Whom a sample shows. */
  #who({ column }) {
    return this.columns[column]?.stranger ? t("stranger") : (this.person?.name ?? t("gone"));
  }

  /** The prompt that somebody wrote, or what a stranger is for. */
  #hint(column) {
    const { prompt, stranger } = this.columns[column] ?? {};
    return prompt || (stranger ? t("strangerHint", { name: this.person?.name ?? t("gone") }) : "");
  }

  get #step() {
    return this.#chosen !== null && this.steps.includes(this.#chosen) ? this.#chosen : this.steps.at(-1);
  }

  #show() {
    if (!this.samples.length) return;
    const step = this.#step;
    const at = this.steps.indexOf(step);
    this.slider.max = this.steps.length - 1;
    this.slider.value = at;
    this.slider.disabled = this.steps.length < 2;
    this.slider.setAttribute("aria-valuetext", t("stepNumber", { n: count(step) }));
    say(this.said, t("stepNumber", { n: count(step) }));
    const now = this.samples.filter((sample) => sample.step === step);
    const { id, cover_photo_id: cover } = this.person ?? {};
    const frames = now.map(({ file, who, column }, place) => ({ id: `${place}`, file, step, who, hint: this.#hint(column) }));
    keyed(this.large, [...(cover ? [{ id: "cover", person: { id, cover } }] : []), ...frames], { id: (frame) => frame.id, make: (frame) => (frame.person ? this.#cover(frame) : this.#large(frame)), update: (node, frame) => frame.person || this.#redraw(node, frame) });
    keyed(this.strip, this.samples.map((sample) => ({ ...sample, now: sample.step === step })), { id: (sample) => sample.file, make: (sample) => this.#frame(sample), update: marked });
    this.#intoView();
  }

  /** The chosen frame is seen in the strip; nothing else scrolls. */
  #intoView() {
    const frame = this.strip.querySelector("[aria-current]");
    if (!frame) return;
    const left = frame.offsetLeft - this.strip.offsetLeft;
    if (left < this.strip.scrollLeft || left + frame.offsetWidth > this.strip.scrollLeft + this.strip.clientWidth) this.strip.scrollLeft = left;
  }

  #slide() {
    const at = Number(this.slider.value);
    this.#chosen = at === this.steps.length - 1 ? null : this.steps[at];
    this.#show();
  }

  #address(sample) {
    return this.view.store.api.jobs.sampleUrl(this.jobId, sample.file);
  }

  /** What the samples are held against. */
  #cover({ person }) {
    return h("figure", {}, face(this.view.store, person), h("figcaption", { class: "isen-muted", text: t("coverPhoto") }));
  }

  #large(frame) {
    const open = button("", () => this.#open(open.sample), { kind: "plain" });
    open.replaceChildren(picture(this.#address(frame), ""));
    const figure = h("figure", {}, open, h("figcaption", {}));
    this.#redraw(figure, frame);
    return figure;
  }

  /** The same picture element: nothing jumps while the slider moves. */
  #redraw(figure, frame) {
    const [open, caption] = figure.children;
    open.sample = frame;
    open.setAttribute("aria-label", alt(frame));
    open.firstChild.setAttribute("src", this.#address(frame));
    say(caption, frame.who);
    caption.title = frame.hint;
  }

  #frame(sample) {
    const choose = () => {
      this.#chosen = sample.step === this.steps.at(-1) ? null : sample.step;
      this.#show();
    };
    const open = button(alt(sample), choose, { kind: "plain", bare: true });
    open.replaceChildren(picture(this.#address(sample), ""));
    const who = this.columns.length > 1 && h("span", { class: "isen-ellipsis", text: sample.who });
    const item = h("li", {}, h("figure", {}, open, h("figcaption", { class: "isen-muted" }, count(sample.step), who)));
    marked(item, sample);
    return item;
  }

  #open(sample) {
    const items = this.samples.map((known) => ({ src: this.#address(known), name: known.file.split("/").at(-1), caption: alt(known) }));
    showPictures(this.view, { label: t("samples"), items, at: this.samples.findIndex((known) => known.file === sample.file) });
  }
}

const alt = ({ who, step }) => t("sampleOf", { name: who, step: count(step) });

function marked(item, { now }) {
  if (now) item.setAttribute("aria-current", "step");
  else item.removeAttribute("aria-current");
}
