/** Sample pictures of a training, in the order of their steps; one opens in full. */

import { button, h, picture } from "../lib/dom.js";
import { keyed } from "../lib/lists.js";
import { count } from "../lib/format.js";
import { t } from "../locales/words.js";
import { showPictures } from "./viewer.js";

export class FilmStrip {
  /** @param {import("./view.js").View} view */
  constructor(view) {
    this.view = view;
    this.title = h("h3", { text: t("samples") });
    this.strip = h("ul", { class: "isen-film", "aria-label": t("samples"), "data-testid": "isen-samples" });
    this.element = h("section", { class: "isen-stack-tight" }, this.title, this.strip);
  }

  show(job) {
    const samples = job.artifacts.filter((artifact) => artifact.kind === "sample").map(({ file, step }) => ({ file, step }));
    this.samples = samples;
    this.jobId = job.id;
    this.element.hidden = !samples.length;
    const atEnd = this.strip.scrollWidth - this.strip.scrollLeft - this.strip.clientWidth < 8;
    keyed(this.strip, samples, { id: (sample) => sample.file, make: (sample) => this.#frame(sample) });
    if (atEnd) requestAnimationFrame(() => (this.strip.scrollLeft = this.strip.scrollWidth));
  }

  #address({ file }) {
    return this.view.store.api.url(`/training/jobs/${this.jobId}/samples/${encodeURIComponent(file.split("/").at(-1))}`);
  }

  #frame(sample) {
    const alt = t("sampleOf", { step: count(sample.step) });
    const open = button(alt, () => this.#open(sample), { kind: "plain", bare: true });
    open.replaceChildren(picture(this.#address(sample), alt));
    return h("li", {}, h("figure", {}, open, h("figcaption", { class: "isen-muted", text: count(sample.step) })));
  }

  #open(sample) {
    const items = this.samples.map((known) => ({ src: this.#address(known), name: known.file.split("/").at(-1), caption: t("sampleOf", { step: count(known.step) }) }));
    showPictures(this.view, { label: t("samples"), items, at: this.samples.findIndex((known) => known.file === sample.file) });
  }
}
