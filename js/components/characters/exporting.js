/** Exporting a character: where there is a trained LoRA it is asked whether it goes along; it does unless somebody says no. */

import { button, h, icon } from "../../lib/dom.js";
import { brief, bytes } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";

/**
 * The menu's entry: a link where there is nothing to ask.
 * @param {Isengard.View} view @param {() => Isengard.Character} now the person as they are when it is chosen @param {() => void} close
 */
export function exportEntry(view, now, close) {
  const character = now();
  const label = t("exportCharacter", { name: brief(character.name) });
  if (character.versions.length) return button(label, () => { close(); ask(view, now()); }, { icon: "download", testid: "isen-export" });
  return link(view.store, character, { loras: false, label, testid: "isen-export", close });
}

/** @param {Isengard.View} view @param {Isengard.Character} character */
function ask(view, character) {
  const { store } = view;
  const name = brief(character.name);
  /** @type {HTMLInputElement} */
  const wanted = h("input", { type: "checkbox", checked: true, "data-testid": "isen-export-loras", on: { change: () => show() } });
  const go = h("div", { class: "isen-through" });
  const show = () => go.replaceChildren(link(store, character, { loras: wanted.checked, label: t("exportCharacter", { name }), testid: "isen-export-do", close: () => dialog.close() }));
  const title = h("h2", { class: "isen-grow", text: t("exportTitle", { name: character.name }) });
  const place = view.panel ?? view;
  const dialog = openDialog(place, { label: t("exportCharacter", { name }), kind: "isen-question" },
    h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())),
    h("label", { class: "isen-check" }, wanted, h("span", { text: t("exportLoras", { size: bytes(sizeOf(ranked(character.versions))) }) })),
    h("p", { class: "isen-muted", text: t("exportWhat") }),
    h("div", { class: "isen-row" }, go, button(t("cancel"), () => dialog.close(), { testid: "isen-export-cancel" })));
  show();
}

/** @param {Isengard.Store} store @param {{id: string}} options @param {{loras: boolean, label: string, testid: string, close: () => void}} options */
function link(store, { id }, { loras, label, testid, close }) {
  const href = store.api.characters.exportUrl(id, loras);
  return h("a", { class: "isen-button", href, download: "", "data-testid": testid, on: { click: () => close() } }, icon("download"), label);
}

/** What goes along: of each model the one that the server has ranked. @param {Isengard.Version[]} versions */
const ranked = (versions) => versions.filter((known) => known.rank);

/** @param {{size: number}[]} versions */
const sizeOf = (versions) => versions.reduce((total, { size }) => total + size, 0);
