/** Edit, delete (with undo) and forget (asked once, with what goes). */

import { field, h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { offerUndo } from "./panel.js";

export function characterActions(view, character) {
  const { store } = view;
  const remove = async () => {
    if (!(await store.attempt((id) => store.api.delete(`/characters/${character.id}`, id)))) return;
    const restore = () => store.attempt((id) => store.api.post(`/characters/${character.id}/restore`, {}, id));
    offerUndo(view, t("characterDeleted", { name: character.name }), restore);
    store.go({ tab: "characters" });
  };
  const { name } = character;
  return h("div", { class: "isen-row" },
    h("button", { "data-testid": "isen-edit", on: { click: () => toggle(view) } }, icon("pencil"), t("rename")),
    h("button", { class: "isen-icon", "aria-label": t("deleteCharacter", { name }), title: t("deleteCharacter", { name }), "data-testid": "isen-delete", on: { click: remove } }, icon("trash")),
    h("button", { class: "isen-icon", "aria-label": t("forget", { name }), title: t("forget", { name }), "data-testid": "isen-forget", on: { click: () => askToForget(view, character) } }, icon("user-minus")));
}

function toggle(view) {
  const form = view.querySelector(".isen-edit-form");
  form.hidden = !form.hidden;
  if (!form.hidden) form.querySelector("input").focus();
}

export function editForm(view, character) {
  const { store } = view;
  const name = h("input", { type: "text", maxlength: 80, required: true, value: character.name });
  const kind = h("input", { type: "text", maxlength: 40, value: character.class_word });
  const trigger = h("input", { type: "text", maxlength: 32, pattern: "[A-Za-z]{3,32}", value: character.trigger_word });
  const save = async (event) => {
    event.preventDefault();
    const body = { name: name.value, class_word: kind.value, trigger_word: trigger.value };
    store.keepCharacter(await store.attempt((id) => store.api.patch(`/characters/${character.id}`, body, id)));
  };
  return h("form", { class: "isen-card isen-stack isen-edit-form", hidden: true, on: { submit: save } },
    field(t("name"), name), field(t("classWord"), kind, t("classHint")), field(t("triggerWord"), trigger, t("triggerHint")),
    h("button", { type: "submit", text: t("save") }));
}

/** Over the canvas, as it cannot be undone: what will go, counted, asked once. */
function askToForget(view, character) {
  const { store } = view;
  const { name } = character;
  const forget = async () => {
    dialog.close();
    const answer = await store.attempt((id) => store.api.post(`/characters/${character.id}/forget`, {}, id));
    if (!answer) return;
    store.set({ characters: store.state.characters.filter((known) => known.id !== character.id) });
    store.go({ tab: "characters" });
    offerUndo(document.querySelector("isen-panel"), t("forgotten", { name, ...answer.report }), null);
  };
  const what = t("forgetWhat", { name, photos: character.photo_count, versions: character.versions.length });
  const dialog = h("dialog", { class: "isen-dialog isen-stack", "aria-label": t("forgetTitle", { name }), on: { close: () => dialog.remove() } },
    h("h3", { text: t("forgetTitle", { name }) }), h("p", { text: what }),
    h("div", { class: "isen-row" },
      h("button", { class: "isen-danger", text: t("forgetDo", { name }), "data-testid": "isen-forget-do", on: { click: forget } }),
      h("button", { text: t("cancel"), on: { click: () => dialog.close() } })));
  view.append(dialog);
  dialog.showModal();
}
