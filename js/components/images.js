/** Making pictures, and the stream of what was made. */

import { loadComparisons } from "../comparisons.js";
import { button, h } from "../lib/dom.js";
import { keyed } from "../lib/lists.js";
import { t } from "../locales/words.js";
import { generationCard } from "./generation.js";
import { ImageForm } from "./image_form.js";
import { View } from "./view.js";

export class IsenImages extends View {
  build() {
    this.className = "isen-images";
    this.nobody = h("section", { class: "isen-card isen-stack", hidden: true }, h("h2", { tabindex: -1, text: t("whoToDraw") }), h("p", { text: t("noOneToDraw") }),
      button(t("goTrain"), () => this.store.go({ tab: "training", train: "?" }), { kind: "primary" }));
    this.form = new ImageForm(this, (body) => this.#generate(body));
    this.stream = h("ul", { class: "isen-plain-list isen-stream", "aria-label": t("images"), "data-testid": "isen-stream" });
    this.none = h("p", { class: "isen-muted isen-center", text: t("noImages") });
    this.favourites = h("input", { type: "checkbox", "data-testid": "isen-only-favourites", on: { change: () => this.update(this.store.state) } });
    this.filter = h("label", { class: "isen-check" }, this.favourites, h("span", { text: t("onlyFavourites") }));
    this.more = button(t("showMore"), () => this.store.more("generations"), { testid: "isen-more-images" });
    this.append(this.nobody, this.form.element,
      h("div", { class: "isen-stack" }, this.filter, this.none, this.stream, this.more));
  }

  connectedCallback() {
    super.connectedCallback();
    loadComparisons(this.store, "bench");
  }

  update(state) {
    const placeholders = state.recipes.some((recipe) => recipe.identity === "placeholder");
    const people = state.characters.filter((known) => known.versions.length || placeholders);
    this.nobody.hidden = people.length > 0;
    this.form.element.hidden = !people.length;
    this.form.show(people, state.recipes, { wanted: this.route.id, styles: state.styles, samplers: state.samplers });
    const names = Object.fromEntries(state.characters.map((known) => [known.id, known.name]));
    const list = (state.generations ?? []).filter((known) => !this.favourites.checked || known.favourite);
    const shown = list.map((generation) => ({ generation, name: names[generation.request.characters[0]?.id] ?? t("gone") }));
    this.filter.hidden = !state.generations?.length;
    this.none.hidden = list.length > 0 || !people.length;
    this.more.hidden = !state.cursors.generations;
    keyed(this.stream, shown, { id: ({ generation }) => generation.id, make: (entry) => generationCard(this, entry) });
  }

  /** The request of a picture, into the form. */
  reuse(generation) {
    this.form.take(generation.request);
    this.form.element.scrollIntoView({ block: "start" });
  }

  async #generate(body) {
    return this.store.keepGeneration(await this.store.attempt((id) => this.store.api.post("/generations", body, id)));
  }
}
