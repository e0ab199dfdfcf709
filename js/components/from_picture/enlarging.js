/** A picture larger: by an upscale model that ComfyUI has, or drawn again by the model that drew it. */

import { field, h, say } from "../../lib/dom.js";
import { count } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { ENLARGES, idsOf, orderFrom, recipesFor } from "../../data/from_picture.js";
import { openOrder, pictureOf, slider } from "./order_dialog.js";

const FACTORS = [1.5, 2, 3, 4];
/** ComfyUI draws no side beyond this. */
const MOST = 4096;
/** Percent: a second pass that adds detail and keeps the face. */
const AGAIN = { min: 10, max: 50, value: 25 };
/** The value of the way without an upscale model. */
const DRAWN = "";

/** @param {Isengard.PicturesView} view @param {Isengard.Entry} entry @param {Isengard.PictureViewer} viewer */
export async function openEnlarging(view, entry, viewer) {
  const { store } = view;
  const page = await store.attempt(() => store.api.recipes.list());
  const model = page?.items.find(({ name }) => name === ENLARGES);
  const [again] = recipesFor(/** @type {Isengard.Shown} */ (store.state), entry.generation.request.recipe, idsOf(entry));
  const files = (model?.bases ?? []).map(({ file }) => file);
  const way = h("select", { "data-testid": "isen-enlarge-way", on: { change: () => show() } },
    ...files.map((file) => h("option", { value: file, text: t("enlargeBy", { file }) })), again ? h("option", { value: DRAWN, text: t("enlargeDrawn") }) : null);
  const factor = h("select", { "data-testid": "isen-enlarge-factor", on: { change: () => show() } });
  const change = slider({ ...AGAIN, ends: [t("enlargeKeep"), t("enlargeDetail")], label: t("enlargeHow"), testid: "isen-enlarge-change" });
  const size = h("p", { class: "isen-muted", role: "status" });
  const { width, height } = entry.image;
  const factors = FACTORS.filter((by) => by * Math.max(width, height) <= MOST);
  fill(factor, factors, () => factors.map((by) => h("option", { value: by, text: t("times", { n: by }), selected: by === 2 })));
  const show = () => {
    change.element.hidden = way.value !== DRAWN;
    say(size, !factors.length ? t("enlargeLargest", { n: count(MOST) }) : t("enlargeTo", { w: Math.round(width * Number(factor.value)), h: Math.round(height * Number(factor.value)) }));
  };
  const notes = files.length ? null : h("p", { class: "isen-muted", text: t("enlargeNoModel") });
  const send = () => ({ order: orderOf() });
  const orderOf = () => {
    const start = /** @type {const} */ ({ how: "upscale", scale: Number(factor.value) });
    if (way.value === DRAWN) return orderFrom(entry, again.name, {}, { ...start, change: change.share });
    const { characters: [first], ...order } = orderFrom(entry, ENLARGES, { base_model: way.value }, { ...start, change: 1 });
    return { ...order, characters: [first] };
  };
  const { start } = openOrder(view, { title: t("enlarge"), what: t("enlargeWhat"), picture: pictureOf(view, entry), fields: [field(t("enlargeWay"), way), notes, field(t("enlargeFactor"), factor), size, change.element], go: t("enlargeGo"), testid: "isen-enlarge", send, viewer });
  start.disabled = !factors.length || !way.options.length;
  show();
}
