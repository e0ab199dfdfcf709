/** Variations of a picture, and another picture that begins with it: one slider says how much is drawn anew. */

import { field, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { idsOf, orderFrom, recipesFor } from "../../data/from_picture.js";
import { openOrder, pictureOf, recipeChoice, slider } from "./order_dialog.js";

/** Percent of noise: below, nothing is seen to change; above, nothing is left of the picture. */
const VARIES = { min: 15, max: 75, value: 45 };
const REDRAWS = { min: 10, max: 100, value: 60 };

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Isengard.PictureViewer} viewer */
export function openVariations(view, entry, viewer) {
  const change = slider({ ...VARIES, ends: [t("varyLittle"), t("varyMuch")], label: t("varyHow"), testid: "isen-vary-change" });
  const count = h("input", { type: "number", min: 1, max: 16, value: 4, "data-testid": "isen-vary-count" });
  const [recipe] = recipesOf(view, entry);
  const send = () => ({ order: orderFrom(entry, recipe.name, { count: Number(count.value) || 1 }, { how: "variation", change: change.share }) });
  openOrder(view, { title: t("variations"), what: t("varyWhat"), picture: pictureOf(view, entry), fields: [change.element, field(t("count"), count)], go: t("varyGo"), testid: "isen-vary", send, viewer });
}

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Isengard.PictureViewer} viewer */
export function openFromPicture(view, entry, viewer) {
  const recipes = recipesOf(view, entry);
  const prompt = h("textarea", { rows: 4, "data-testid": "isen-from-prompt" });
  prompt.value = entry.generation.request.prompt;
  const change = slider({ ...REDRAWS, ends: [t("redrawLittle"), t("redrawAll")], label: t("redrawHow"), testid: "isen-from-change" });
  const recipe = recipeChoice(recipes, "isen-from-recipe");
  const fields = [field(t("prompt"), prompt), change.element, recipes.length > 1 ? field(t("recipe"), recipe) : null];
  const send = () => ({ order: orderFrom(entry, recipe.value, { prompt: prompt.value }, { how: "from_picture", change: change.share }) });
  openOrder(view, { title: t("fromPicture"), what: t("fromWhat"), picture: pictureOf(view, entry), fields, go: t("generate"), testid: "isen-from", send, viewer });
}

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry */
function recipesOf(view, entry) {
  return recipesFor(/** @type {Isengard.Shown} */ (view.store.state), entry.generation.request.recipe, idsOf(entry));
}
