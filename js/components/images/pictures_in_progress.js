/** Pictures being made: how many go before, the step, and a look at the picture as it is so far. */

import { told } from "../../data/gallery.js";
import { button, h, say } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { t } from "../../locales/words.js";

/** "2 pictures before it", "Making picture 1 of 3, step 4 of 20". @param {Pick<Isengard.Generation, "state" | "progress">} options */
export function makingWords({ state, progress: p }) {
  if (state === "cancelling") return t("state_cancelling");
  if (state === "queued") return p.ahead ? counted("ahead", p.ahead) : t("waiting");
  const values = { n: Math.min(p.image + 1, p.count), count: p.count, step: p.step, total: p.total_steps };
  return t(p.total_steps ? "makingSteps" : "making", values);
}

/** 0 to 1 over all pictures of one order. @param {Pick<Isengard.Generation, "progress">} options */
export function makingShare({ progress: p }) {
  return (p.image + (p.total_steps ? p.step / p.total_steps : 0)) / p.count;
}

export class InProgressCard {
  /** @param {import("../shared/view.js").View} view */
  constructor(view) {
    this.view = view;
    this.id = "";
    this.preview = h("img", { class: "isen-made", alt: t("preview"), hidden: true, "data-testid": "isen-preview" });
    this.blank = h("div", { class: "isen-picture isen-skeleton isen-short" });
    this.words = h("small", { "data-testid": "isen-making" });
    /** What is read aloud: each picture, not each of its steps. */
    this.told = h("small", { class: "isen-hidden-text", role: "status" });
    this.bar = h("progress", { max: 1 });
    this.prompt = h("p", { class: "isen-prompt-line isen-muted" });
    this.cancel = button(t("cancelImages"), () => this.#cancel(), { testid: "isen-cancel-images" });
    this.element = h("li", { class: "isen-card isen-generation", "data-testid": "isen-generation" },
      h("div", { class: "isen-stack-tight" }, this.blank, this.preview, this.words, this.bar), this.told, this.prompt, h("div", { class: "isen-row" }, this.cancel));
  }

  /** @param {{generation: Isengard.Generation, names: string[], away: boolean}} options */
  show({ generation, names, away }) {
    this.id = generation.id;
    this.element.dataset.state = generation.state;
    const words = away ? t("makingAway") : makingWords(generation);
    say(this.words, words);
    say(this.told, away ? words : makingWords({ state: generation.state, progress: { ...generation.progress, total_steps: 0 } }));
    this.bar.setAttribute("aria-label", words);
    if (generation.state === "running" && !away) this.bar.value = makingShare(generation);
    else this.bar.removeAttribute("value");
    this.cancel.disabled = generation.state === "cancelling";
    say(this.prompt, told(generation.request.prompt, names));
    this.prompt.title = generation.request.prompt;
    this.#frame(generation);
  }

  /** The address changes with every frame, so the browser asks for each once. @param {Isengard.Generation} generation */
  #frame({ progress: p, id }) {
    this.preview.hidden = !p.frame;
    this.blank.hidden = Boolean(p.frame);
    const src = p.frame ? this.view.store.api.generations.previewUrl(id, `${p.image}-${p.frame}`) : "";
    if (src && this.preview.getAttribute("src") !== src) this.preview.src = src;
  }

  async #cancel() {
    const { store } = this.view;
    store.keepGeneration(await store.attempt((id) => store.api.generations.cancel(this.id, id)));
  }
}
