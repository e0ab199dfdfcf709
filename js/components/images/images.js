/** Making pictures, those being made, and all that were made. */

import { loadComparisons } from "../../data/comparisons.js";
import { mendFaces } from "../../data/faces/mending.js";
import { orderAgain } from "../../data/from_picture.js";
import { picturesOf, told } from "../../data/gallery.js";
import { button, h, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { explained } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { withCheckpoints } from "../../data/versions.js";
import { dayWords } from "../photo_day/day_words.js";
import { Gallery } from "./gallery.js";
import { Rail } from "../first_hour/rail.js";
import { gpuNote } from "../training/gpu_note.js";
import { ImageForm } from "./image_form.js";
import { InProgressCard } from "./pictures_in_progress.js";
import { questionOf } from "./picture_viewer.js";
import { View, offerUndo } from "../shared/view.js";
import { WhyNot } from "../shared/why_not.js";

/** It failed, or was stopped by somebody else: a person who cancels knows. @param {Isengard.Generation} generation */
const endedEarly = ({ state, error }) => state === "failed" || (state === "cancelled" && error);
/** How many failures are shown; older ones are in the log. */
const TROUBLES = 3;

/** @typedef {{generation: Isengard.Generation, names: string[], away: boolean}} Card */
/** @typedef {HTMLLIElement & {card?: {show: (entry: Card) => void}}} CardItem */

export class IsenImages extends View {
  /** @type {HTMLElement} */ nobody;
  /** @type {Rail} */ rail;
  /** @type {ImageForm} */ form;
  /** @type {HTMLUListElement} */ stream;
  /** @type {Gallery} */ gallery;
  /** @type {HTMLDivElement} */ gpu;
  /** @type {HTMLButtonElement} */ day;
  /** @type {unknown[]} */ shown = [];
  /** @type {WhyNot} */ why;
  /** @type {HTMLDivElement} */ poor;
  /** The picture that is asked about, and the one whose reasons were read. */
  asked = "";
  read = "";

  build() {
    this.className = "isen-images";
    this.nobody = h("section", { class: "isen-card isen-stack", hidden: true }, h("h2", { tabindex: -1, text: t("whoToDraw") }), h("p", { text: t("noOneToDraw") }),
      button(t("goTrain"), () => this.store.go({ tab: "training", train: "?" }), { kind: "primary" }));
    this.form = new ImageForm(this, (body) => this.#generate(body));
    this.stream = h("ul", { class: "isen-plain-list", "aria-label": t("beingMade"), "data-testid": "isen-stream" });
    this.gallery = new Gallery(this);
    this.why = new WhyNot(this.store, { mended: (words) => offerUndo(this, words, null) });
    this.poor = h("div", { class: "isen-card isen-row isen-top-end", hidden: true, "data-testid": "isen-newest-poor" }, this.why.element,
      button(t("dismiss"), () => ((this.read = this.asked), this.store.set({})), { icon: "times", bare: true, testid: "isen-dismiss-why" }));
    this.gpu = h("div", { hidden: true });
    this.day = button("", () => this.store.go({ tab: "images", day: this.form.cast.people[0]?.id }), { kind: "link", title: t("photoDayHint"), testid: "isen-images-photo-day" });
    this.rail = new Rail(this.store);
    this.append(this.rail.element, this.nobody, this.gpu, h("div", { class: "isen-columns" }, this.form.element, h("div", { class: "isen-stack isen-pictures-side" }, this.day, this.stream, this.poor, this.gallery.element)));
    new ResizeObserver(() => this.style.setProperty("--isen-compose", `${this.form.compose.offsetHeight}px`)).observe(this.form.compose);
  }

  connectedCallback() {
    super.connectedCallback();
    this.gallery.watch();
    loadComparisons(this.store, "bench");
    const { compare, training, mend, ...place } = this.route;
    this.route = place;  // once: not again when the sidebar shows this view again
    if (compare !== undefined) this.form.compareVersions(compare, training);
    if (mend) this.form.mend(mend);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.gallery.wall.unwatch();
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const placeholders = state.recipes.some((recipe) => recipe.identity === "placeholder");
    const references = state.recipes.some((recipe) => recipe.identity === "reference" && !recipe.missing.length);
    const everyone = state.characters.map((known) => withCheckpoints(known, state.jobs));
    const people = everyone.filter((known) => known.versions.length || placeholders || (references && known.photo_count));
    this.nobody.hidden = people.length > 0;
    this.form.element.hidden = !people.length;
    gpuNote(this.store, this.gpu, state);
    const { characters, recipes, styles, samplers, comparisons, backends } = state;
    const shown = [characters, recipes, styles, samplers, comparisons, backends, ...(state.jobs ?? []).map((job) => job.checkpoints)];
    if (people.length && (shown.length !== this.shown.length || shown.some((part, index) => part !== this.shown[index]))) {
      this.shown = shown;
      this.form.show(people, recipes, { wanted: this.route.id, styles, samplers });
    }
    this.gallery.show(state);
    const [drawn] = people.length ? this.form.cast.people : [];
    this.rail.show(state.characters.find((known) => known.id === drawn?.id), state, "pictures");
    this.day.hidden = !drawn?.versions.length;
    if (drawn) say(this.day, dayWords(state, drawn));
    this.#newest(state);
    const going = (state.generations ?? []).filter((known) => !ENDED.has(known.state));
    const failed = (state.generations ?? []).filter(endedEarly).slice(0, TROUBLES);
    const away = state.connection === "offline";
    const cards = [...going, ...failed].map((generation) => ({ generation, names: this.gallery.namesOf(generation), away }));
    keyed(this.stream, cards, { id: ({ generation }) => `${generation.id}${generation.error ? "!" : ""}`, make: (entry) => this.#card(entry), update: (node, entry) => node.card?.show(entry) });
  }

  /** The newest picture, where its measurement asks for a reason; until it is read or there is a newer one. @param {Isengard.Shown} state */
  #newest({ generations }) {
    const [entry] = picturesOf(newestOf(generations ?? []));
    const [about, poor] = entry ? questionOf(this.gallery, entry, (cause) => this.again(entry, cause)) : [null, false];
    this.asked = entry?.key ?? "";
    const shown = poor && this.read !== this.asked;
    this.poor.hidden = !shown;
    this.why.show(shown ? about : null, shown);
  }

  /** @param {Card} entry @returns {CardItem} */
  #card(entry) {
    if (endedEarly(entry.generation)) return this.#trouble(entry);
    const card = new InProgressCard(this);
    card.show(entry);
    return Object.assign(card.element, { card });
  }

  /** Why it failed, until it is read or made again; whoever is in it may be called otherwise meanwhile. @param {Card} entry @returns {CardItem} */
  #trouble(entry) {
    const { generation } = entry;
    const { error } = generation;
    const dismiss = async () => this.store.keepGeneration(await this.store.attempt((id) => this.store.api.generations.remove(generation.id, id)));
    const anew = async () => (await this.#anew(generation)) && dismiss();
    const again = () => this.reuse({ generation, image: { seed: generation.request.seed } });
    const prompt = h("p", { class: "isen-prompt-line isen-muted", title: generation.request.prompt });
    /** @param {Card} now */
    const show = ({ names }) => say(prompt, told(generation.request.prompt, names));
    show(entry);
    const element = h("li", { class: "isen-card isen-generation", "data-testid": "isen-generation", "data-state": generation.state },
      h("p", { class: "isen-error", "data-testid": "isen-generation-error", text: explained(error) }),
      prompt,
      h("div", { class: "isen-row" }, button(t("makeAgain"), anew, { testid: "isen-make-again" }), button(t("reuse"), again, { icon: "replay", bare: true }), button(t("dismiss"), dismiss, { icon: "times", bare: true, testid: "isen-dismiss-failure" })));
    return Object.assign(element, { card: { show } });
  }

  /** What was made from a picture begins with that again. @param {Isengard.Generation} generation */
  #anew(generation) {
    const { made_from: from, request } = generation;
    if (!from) return this.#generate({ ...request, again: generation.id });
    if (from.how === "mend") return mendFaces(this.store, from.generation_id, from.n);
    return this.store.attempt(async (id) => this.store.keepGeneration(await this.store.api.generations.createFrom({ order: orderAgain(generation) }, id)));
  }

  /**
   * The request of a picture, into the form; its own seed, so that it comes out the same.
   * @param {{generation: Isengard.Generation, image: {seed: number | null}}} options
   */
  reuse({ generation, image }) {
    this.form.take({ ...generation.request, seed: image.seed }, generation.versions);
    this.form.cast.element.scrollIntoView({ block: "start" });
  }

  /** An earlier picture once more, with what mends it. @param {Isengard.Entry} entry @param {Isengard.Cause} cause */
  again(entry, cause) {
    this.reuse(entry);
    this.form.mend(cause);
  }

  /** What is being made comes into sight below a long form. @param {Isengard.Order} body */
  async #generate(body) {
    const made = this.store.keepGeneration(await this.store.attempt((id) => this.store.api.generations.create(body, id)));
    if (made) this.stream.scrollIntoView({ block: "nearest" });
    return made;
  }
}

/** In whatever order they are listed. @param {Isengard.Generation[]} generations */
function newestOf(generations) {
  const [first, ...others] = generations;
  return first ? [others.reduce((newest, one) => (newest.id > one.id ? newest : one), first)] : [];
}
