/** Own ways of making pictures: dropped as a file or taken from the canvas, with what was found about each. */

import { ApiError, ours } from "../../data/api.js";
import { button, h, icon } from "../../lib/dom.js";
import { brought, readable } from "../../lib/files.js";
import { inRow } from "../../lib/format.js";
import { fill, keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { addRecipe, graphOf, nameOfFile, removeRecipe, restoreRecipe } from "../../data/recipes.js";
import { findingLine } from "../training/preflight_findings.js";
import { offerUndo } from "../shared/view.js";

export class RecipeShelf {
  /**
   * @param {Isengard.View} view
   * @param {(name: string) => void} added called with the name of a recipe that was just kept
   */
  constructor(view, added) {
    this.view = view;
    this.added = added;
    this.problem = h("p", { class: "isen-warn", role: "status", hidden: true, "data-testid": "isen-shelf-problem" });
    /** @type {HTMLInputElement} */
    const input = h("input", { type: "file", accept: ".json,application/json", class: "isen-hidden-input", "aria-label": t("chooseRecipe"), "data-testid": "isen-recipe-file", on: { change: () => (this.#take(input.files), (input.value = "")) } });
    this.drop = h("label", { class: "isen-drop isen-small", "data-testid": "isen-recipe-drop" }, h("strong", { text: t("dropRecipe") }), h("small", { class: "isen-muted", text: t("recipeKinds") }), input);
    for (const kind of ["dragover", "dragleave", "drop"]) this.drop.addEventListener(kind, (event) => this.#drag(/** @type {DragEvent} */ (event)));
    this.name = h("input", { type: "text", maxlength: 80, placeholder: t("recipeName"), "aria-label": t("recipeName"), "data-testid": "isen-recipe-name", on: { keydown: (event) => this.#enter(event) } });
    this.save = button(t("saveCanvas"), () => this.#saveCanvas(), { icon: "save", testid: "isen-save-canvas" });
    this.list = h("ul", { class: "isen-plain-list", "aria-label": t("ownRecipes"), "data-testid": "isen-own-recipes" });
    this.element = h("details", { class: "isen-fold" }, h("summary", { text: t("ownRecipes"), "data-testid": "isen-recipe-shelf" }),
      h("div", { class: "isen-stack-tight" }, h("p", { class: "isen-muted", text: t("ownRecipesWhat") }), this.drop, h("div", { class: "isen-row isen-tight" }, h("span", { class: "isen-grow" }, this.name), this.save), this.problem, this.list));
  }

  /** @param {Isengard.Recipe[]} recipes */
  show(recipes) {
    this.element.hidden = !recipes.some((known) => known.source);
    this.save.hidden = this.name.hidden = !this.view.panel?.frontend?.canvasGraph;
    const own = recipes.filter((known) => known.source === "user");
    keyed(this.list, own, { id: (known) => known.name, make: (known) => this.#row(known) });
  }

  /** @param {Isengard.Recipe} recipe */
  #row({ name, label, findings, foreign, confirmed }) {
    const lines = h("ul", { class: "isen-findings" });
    fill(lines, findings, () => findings.map((finding) => findingLine(this.view.store, finding)));
    return h("li", { class: "isen-card isen-stack-tight", "data-testid": "isen-own-recipe" },
      h("div", { class: "isen-row" }, h("strong", { class: "isen-grow isen-wrap", text: label }), button(t("deleteRecipe", { name: label }), () => this.#remove(name, label), { icon: "trash", bare: true, testid: "isen-delete-recipe" })),
      foreign.length > 0 && h("small", { class: "isen-muted" }, confirmed && icon("check"), ` ${t("foreignNodes", { names: inRow(foreign) })}`), lines);
  }

  /** The field stands in the form of pictures, which Enter would send. @param {KeyboardEvent} event */
  #enter(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.save.click();
  }

  /** @param {DragEvent} event */
  #drag(event) {
    const dropped = brought(event);
    if (!dropped) return;
    this.drop.classList.toggle("isen-over", event.type === "dragover");
    if (event.type === "drop") this.#take(dropped.files);
  }

  /** @param {FileList | null} files */
  async #take(files) {
    const [file] = files ?? [];
    if (!file) return;
    if (file.size && !(await readable(file))) return this.view.store.set({ problem: new ApiError(0, ours("file_unreadable", "fileGone")) });
    const { graph, problem } = graphOf(await file.text());
    this.#say(problem ? t(problem, { name: file.name }) : "");
    if (graph) await this.#add(this.name.value.trim() || nameOfFile(file.name), graph);
  }

  /** Subgraphs are flattened by ComfyUI itself when it makes the API graph. */
  async #saveCanvas() {
    const graph = (await this.view.panel?.frontend?.canvasGraph?.()) ?? {};
    this.#say(Object.keys(graph).length ? "" : t("canvasEmpty"));
    if (Object.keys(graph).length) await this.#add(this.name.value.trim() || t("canvasRecipe"), graph);
  }

  /** @param {string} name @param {Isengard.Graph} graph */
  async #add(name, graph) {
    const recipe = await addRecipe(this.view.store, name, graph);
    if (!recipe) return;
    this.name.value = "";
    this.added(recipe.name);
  }

  /** @param {string} name @param {string} label */
  async #remove(name, label) {
    const { store } = this.view;
    if (await removeRecipe(store, name)) offerUndo(this.view, t("recipeDeleted", { name: label }), () => restoreRecipe(store, name));
  }

  /** @param {string} text */
  #say(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
}
