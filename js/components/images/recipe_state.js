/** Why a way of making pictures cannot be used now, what is worth knowing about it, and agreeing to foreign nodes. */

import { button, h, say } from "../../lib/dom.js";
import { bytes, inRow, listed } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { confirmRecipe } from "../../data/recipes.js";
import { findingLine } from "../training/preflight_findings.js";

/** Why this recipe cannot draw this person, or nothing. @param {Isengard.Recipe} recipe @param {Isengard.Character} person */
export function lacking(recipe, person) {
  const broken = recipe.missing.find((file) => file.fault);
  if (broken) return t("recipeBroken", { fault: said(broken, "fault") });
  if (recipe.missing.length) return t("recipeMissing", { files: listed(recipe.missing.map(place)) });
  const error = recipe.findings?.find((finding) => finding.severity === "error");
  if (error) return said(error, "message");
  if (recipe.identity === "reference") return person.photo_count ? "" : t("recipeNeedsPhotos", { name: person.name });
  const fits = recipe.identity !== "lora" || person.versions.some((version) => recipe.families.includes(version.family));
  return fits ? "" : t("recipeOtherModel", { name: person.name });
}

/** Which file goes where, and how much it is where that is known. @param {Schema.RecipeFile} options */
function place({ file, folder, size }) {
  return t("missingInto", { file: size ? t("fileSize", { file, size: bytes(size) }) : file, folder });
}

/** Nodes of other packs that nobody has agreed to yet. @param {Isengard.Recipe} recipe */
export const unconfirmed = (recipe) => recipe.foreign.length > 0 && recipe.confirmed === false;

export class RecipeState {
  /** @param {import("../../data/store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.problem = h("p", { class: "isen-warn", role: "status", hidden: true, "data-testid": "isen-recipe-problem" });
    this.download = button(t("fixDownload"), () => this.store.go({ tab: "training", model: this.family }), { testid: "isen-recipe-download" });
    this.notes = h("ul", { class: "isen-findings", "data-testid": "isen-recipe-notes" });
    this.ask = h("p", {});
    const agree = button(t("confirmForeign"), () => this.recipe && confirmRecipe(this.store, this.recipe), { testid: "isen-confirm-foreign" });
    this.foreign = h("div", { class: "isen-warn isen-stack-tight", hidden: true, "data-testid": "isen-foreign" }, this.ask, agree);
    this.element = h("div", { class: "isen-stack-tight isen-found", hidden: true }, this.problem, this.download, this.foreign, this.notes);
  }

  /** False where it cannot be used by these people now. @param {Isengard.Recipe} recipe @param {Isengard.Character[]} people */
  show(recipe, people) {
    this.recipe = recipe;
    const why = people.map((person) => lacking(recipe, person)).find(Boolean) ?? "";
    say(this.problem, why);
    this.problem.hidden = !why;
    this.family = recipe.missing.find((file) => file.download)?.family;
    this.download.hidden = !this.family;
    const asks = !why && unconfirmed(recipe);
    this.foreign.hidden = !asks;
    say(this.ask, asks ? t("foreignAsk", { names: inRow(recipe.foreign) }) : "");
    const notes = (recipe.findings ?? []).filter((finding) => finding.severity !== "error");
    fill(this.notes, notes, () => notes.map((finding) => findingLine(this.store, finding)));
    this.element.hidden = !why && !asks && !notes.length;
    return !why && !asks;
  }
}
