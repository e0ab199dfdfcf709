/** What the dialogs that make pictures of a picture share: the picture, what is asked, and sending it. */

import { button, h } from "../../lib/dom.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { offerUndo } from "../shared/view.js";

/** @typedef {{order: Schema.PictureOrder, picture?: Blob | null, mask?: Blob | null}} Sent */

/**
 * A sheet with the picture at one side; `send` answers with what goes to the server, null where something is missing.
 * @param {Isengard.PicturesView} view
 * @param {{title: string, what: string, picture: HTMLElement, fields: (HTMLElement | null)[], go: string, testid: string, send: () => Sent | null | Promise<Sent | null>, viewer: Isengard.PictureViewer}} parts
 */
export function openOrder(view, { title, what, picture, fields, go, testid, send, viewer }) {
  const { store } = view;
  const problem = h("p", { class: "isen-error", role: "alert", hidden: true, "data-testid": "isen-order-problem" });
  const start = button(go, () => started(), { kind: "primary", testid: `${testid}-go` });
  const dialog = openDialog(view, { label: title, kind: "isen-sheet isen-onward", keys: (event) => event.stopPropagation() },
    h("div", { class: "isen-sheet-picture" }, picture),
    h("div", { class: "isen-stack isen-sheet-side", "data-testid": testid },
      h("div", { class: "isen-row isen-top" }, h("h2", { class: "isen-grow", text: title }), closer(() => dialog.close())),
      h("p", { class: "isen-muted", text: what }), ...fields, problem,
      h("div", { class: "isen-row" }, start, button(t("cancel"), () => dialog.close(), { testid: `${testid}-cancel` }))));
  const started = async () => {
    const sent = await send();
    if (!sent) return;
    const made = store.keepGeneration(await store.attempt((id) => store.api.generations.createFrom(sent, id)));
    if (!made) return;
    dialog.close();
    viewer.close();
    offerUndo(view, t("onwardStarted"), () => store.attempt((id) => store.api.generations.cancel(made.id, id)));
  };
  return { dialog, start, problem };
}

/** The picture that is gone on from. @param {Isengard.PicturesView} view @param {Isengard.Entry} entry */
export function pictureOf({ store }, { generation, image }) {
  return h("img", { class: "isen-full", src: store.api.generations.imageUrl(generation, image), alt: t("onwardFrom"), width: image.width, height: image.height });
}

/**
 * A slider from one end to the other, in words.
 * @param {{min: number, max: number, value: number, ends: [string, string], label: string, testid: string}} options percent
 */
export function slider({ min, max, value, ends, label, testid }) {
  const input = h("input", { type: "range", min, max, step: 5, value, "aria-label": label, "data-testid": testid });
  const element = h("div", { class: "isen-field" }, h("span", { class: "isen-label", text: label }), input,
    h("div", { class: "isen-row isen-ends isen-muted" }, ...ends.map((text) => h("small", { text }))));
  return { element, get share() { return Number(input.value) / 100; } };
}

/** A choice among workflows, where there are several. @param {Isengard.Recipe[]} recipes @param {string} testid */
export function recipeChoice(recipes, testid) {
  return h("select", { "data-testid": testid }, ...recipes.map((one) => h("option", { value: one.name, text: said(one, "label") })));
}
