/** A person put into a picture: who, where (painted), and in which picture: this one, or a photo that somebody brings along. */

import { button, field, h, say } from "../../lib/dom.js";
import { takenFrom } from "../../lib/files.js";
import { t } from "../../locales/words.js";
import { orderFrom, personOf, recipesFor } from "../../data/from_picture.js";
import { PersonPicker } from "../shared/person_picker.js";
import { MaskPainter } from "./mask_painter.js";
import { openOrder, recipeChoice, slider } from "./order_dialog.js";

/** Percent: most of what is under the mask is somebody or something else. */
const CHANGES = { min: 30, max: 100, value: 95 };
const TYPES = "image/png,image/jpeg,image/webp";

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Isengard.PictureViewer} viewer */
export function openPuttingInto(view, entry, viewer) {
  return new PuttingInto(view, entry, viewer);
}

class PuttingInto {
  /** A photo that was brought along, instead of the gallery's. @type {File | null} */
  photo = null;
  suggested = "";
  /** Where the browser keeps the one that is shown. */
  address = "";

  /** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Isengard.PictureViewer} viewer */
  constructor(view, entry, viewer) {
    this.view = view;
    this.entry = entry;
    this.painter = new MaskPainter(() => this.#ready());
    this.people = new PersonPicker(view.store, { label: t("person"), name: "isen-into-person", testid: "isen-into-person", changed: () => this.#fit() });
    this.prompt = h("textarea", { rows: 3, "data-testid": "isen-into-prompt" });
    this.change = slider({ ...CHANGES, ends: [t("intoKeep"), t("intoAnew")], label: t("intoHow"), testid: "isen-into-change" });
    this.recipe = recipeChoice([], "isen-into-recipe");
    this.recipeField = field(t("recipe"), this.recipe);
    /** @type {HTMLInputElement} */
    const chosen = h("input", { type: "file", accept: TYPES, hidden: true, "data-testid": "isen-into-file", on: { change: () => this.#bring(takenFrom(chosen)[0]) } });
    const other = button(t("intoOther"), () => chosen.click(), { icon: "upload", testid: "isen-into-other" });
    const { dialog, start, problem } = openOrder(view, {
      title: t("into"), what: t("intoWhat"), picture: this.painter.stage, go: t("generate"), testid: "isen-into", viewer, send: () => this.#sent(),
      fields: [this.painter.tools, h("div", {}, other, chosen), this.people.element, field(t("prompt"), this.prompt, t("intoPromptHint")), this.change.element, this.recipeField],
    });
    this.start = start;
    this.problem = problem;
    dialog.addEventListener("close", () => URL.revokeObjectURL(this.address));
    const { characters } = /** @type {Isengard.Shown} */ (view.store.state);
    const own = entry.generation.request.characters[0]?.id;
    this.people.show(characters.filter(({ id }) => this.#recipesOf(id).length), own);
    this.painter.show(view.store.api.generations.imageUrl(entry.generation, entry.image), entry.image);
    this.#fit();
    this.painter.stage.focus();
  }

  /** @param {string} id */
  #recipesOf(id) {
    return recipesFor(/** @type {Isengard.Shown} */ (this.view.store.state), this.entry.generation.request.recipe, [id], "mask");
  }

  /** The workflows that can draw whoever is chosen. */
  #fit() {
    const recipes = this.people.value ? this.#recipesOf(this.people.value) : [];
    this.recipe.replaceChildren(...recipeChoice(recipes, "").childNodes);
    this.recipeField.hidden = recipes.length < 2;
    this.#suggest();
    this.#ready();
  }

  /** What is asked for, in the words of whoever is chosen, until somebody has written something else. */
  #suggest() {
    const person = this.view.store.state.characters?.find(({ id }) => id === this.people.value);
    const words = `photo of {trigger}, ${person?.class_word ?? ""}, same light`;
    if (this.prompt.value === this.suggested) this.prompt.value = words;
    this.suggested = words;
  }

  #ready() {
    if (this.start) this.start.disabled = this.painter.isEmpty || !this.recipe.value;
  }

  /** The browser has to be able to show it, or nobody could paint on it. @param {File | undefined} file */
  async #bring(file) {
    if (!file) return;
    const image = h("img", { src: URL.createObjectURL(file) });
    const shown = await image.decode().then(() => true, () => false);
    this.problem.hidden = shown;
    URL.revokeObjectURL(shown ? this.address : image.src);
    if (!shown) return say(this.problem, t("intoUnreadable"));
    this.address = image.src;
    this.photo = file;
    this.painter.show(image.src, { width: image.naturalWidth, height: image.naturalHeight });
  }

  async #sent() {
    const mask = await this.painter.blob();
    if (!mask) return null;
    const use = this.entry.generation.request.characters.find(({ id }) => id === this.people.value);
    const person = use ? personOf(use) : { id: this.people.value };
    const order = orderFrom(this.entry, this.recipe.value, { characters: [person], prompt: this.prompt.value }, { how: "into_picture", change: this.change.share });
    if (this.photo) Object.assign(order.start, { generation_id: "", n: 0 });
    return { order, mask, picture: this.photo };
  }
}
