/** A LoRA of the user's own becomes a person, or another version of one: chosen from ComfyUI's folders, where it stays as it is. */

import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { offerUndo, whenBack } from "../shared/view.js";
import { loraForm } from "./lora_form.js";
import { LoraList } from "./lora_list.js";

/** @param {Isengard.View} view @param {Isengard.Character | null} [person] whose it becomes; a new person's without one */
export function openLoras(view, person = null) {
  const { store } = view;
  const place = h("div", { class: "isen-stack" });
  const title = person ? t("loraTitleOf", { name: person.name }) : t("loraTitle");
  // in the frame: the view goes when the person is opened
  const dialog = openDialog(view.panel ?? view, { label: title, kind: "isen-loras", closed: () => stop() },
    h("div", { class: "isen-row isen-top" }, h("h2", { class: "isen-grow", text: title }), closer(() => dialog.close())), h("p", { class: "isen-muted", text: t("loraWhat") }), place);
  const list = new LoraList(store, choose);
  const stop = whenBack(store, () => list.loras ?? list.ask());
  /** How often one was chosen, or none any more: what a slow disk says of an earlier one comes too late. */
  let turn = 0;
  const back = () => {
    turn += 1;
    place.replaceChildren(list.element);
    list.find.focus();
  };

  /** @param {string} lora */
  async function choose(lora) {
    const asked = (turn += 1);
    const facts = await store.attempt(() => store.api.loras.facts(lora));
    if (!facts || asked !== turn) return;
    const form = loraForm(store, { lora, facts, person, back, done });
    place.replaceChildren(form);
    /** @type {HTMLElement | null} */ (form.querySelector("input, select"))?.focus();
  }

  /** @param {Isengard.Character} character */
  function done(character) {
    dialog.close();
    store.keepCharacter(character);
    store.go({ tab: "characters", id: character.id });
    offerUndo(view, t("loraAdded", { name: character.name }), null);
  }

  back();
  list.ask();
}
