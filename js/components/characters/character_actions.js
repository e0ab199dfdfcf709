/** Edit, export, delete (with undo) and forget. */

import { button, field, h, icon, sends } from "../../lib/dom.js";
import { brief } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { exportEntry } from "./exporting.js";
import { askToForget } from "./forgetting.js";
import { openLoras } from "../outside_loras/lora_dialog.js";
import { offerUndo } from "../shared/view.js";

/** The ⋯ of a character. @param {Isengard.View} view @param {Isengard.Character} character */
export function characterMenu(view, character) {
  const name = brief(character.name);
  /** As they are when the entry is chosen: the menu stays as it is while photos come in. */
  const now = () => view.store.state.characters?.find(({ id }) => id === character.id) ?? character;
  const menu = h("details", { class: "isen-menu", on: { keydown: (event) => escaped(event) } },
    h("summary", { "aria-label": t("more"), title: t("more"), "data-testid": "isen-more" }, icon("ellipsis-h")),
    h("div", { class: "isen-menu-list" },
      button(t("edit"), () => { close(); showEdit(view); }, { icon: "pencil", testid: "isen-edit" }),
      button(t("loraMenu"), () => { close(); openLoras(view, now()); }, { icon: "file-import", testid: "isen-add-lora" }),
      exportEntry(view, now, () => close()),
      button(t("deleteCharacter", { name }), () => remove(view, now()), { icon: "trash", title: t("deleteHint"), testid: "isen-delete" }),
      button(t("forget", { name }), () => { close(); askToForget(view, now()); }, { icon: "eraser", title: t("forgetHint"), testid: "isen-forget" })));
  const close = () => {
    menu.open = false;
    /** @type {HTMLElement | null} */ (menu.firstChild)?.focus();
  };
  /** @param {KeyboardEvent} event */
  const escaped = (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault(); // or a dialog around it goes, too
    close();
  };
  menu.addEventListener("focusout", (event) => menu.contains(/** @type {Node | null} */ (event.relatedTarget)) || (menu.open = false));
  return menu;
}

/** @param {Isengard.View} view @param {Isengard.Character} character */
async function remove(view, character) {
  const { store } = view;
  if (!(await store.attempt((id) => store.api.characters.remove(character.id, id)))) return;
  const restore = async () => store.keepCharacter(await store.attempt((id) => store.api.characters.restore(character.id, id)));
  offerUndo(view, t("characterDeleted", { name: character.name }), restore);
  store.drop("characters", character.id);
  store.go({ tab: "characters" });
}

/** @param {Isengard.View} view */
export function showEdit(view) {
  const form = /** @type {HTMLElement} */ (view.querySelector(".isen-edit-form"));
  form.hidden = false;
  form.querySelector("input")?.focus();
}

/** @param {Isengard.View} view @param {Isengard.Character} character */
export function editForm(view, character) {
  const { store } = view;
  const name = h("input", { type: "text", maxlength: 80, required: true, dir: "auto", value: character.name, "data-testid": "isen-edit-name" });
  const kind = h("input", { type: "text", maxlength: 40, value: character.class_word, list: "isen-kinds" });
  const trigger = h("input", { type: "text", maxlength: 32, pattern: "[A-Za-z]{3,32}", title: t("triggerRule"), value: character.trigger_word });
  const save = async () => {
    const body = { name: name.value, class_word: kind.value, trigger_word: trigger.value };
    const kept = store.keepCharacter(await store.attempt((id) => store.api.characters.update(character.id, body, id)));
    if (kept) form.hidden = true;
  };
  /** @type {HTMLFormElement} */
  const form = h("form", { class: "isen-card isen-stack isen-edit-form", hidden: true, "aria-label": t("edit"), on: { submit: sends(save) } },
    field(t("name"), name), field(t("classWord"), kind, t("classHint")), field(t("triggerWord"), trigger, t("triggerHint")),
    h("div", { class: "isen-row" }, h("button", { type: "submit", class: "isen-primary", text: t("save"), "data-testid": "isen-save" }),
      button(t("cancel"), () => cancel(), { testid: "isen-cancel-edit" })));
  const cancel = () => {
    form.hidden = true;
    const { name: called, class_word, trigger_word } = store.state.characters?.find(({ id }) => id === character.id) ?? character;
    [name.value, kind.value, trigger.value] = [called, class_word, trigger_word];
  };
  return form;
}
