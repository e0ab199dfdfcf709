/** Taking a character in from one file. */

import { h, icon } from "../../lib/dom.js";
import { newCorrelationId } from "../../lib/ids.js";
import { photos, t } from "../../locales/words.js";
import { offerUndo } from "../shared/view.js";

/** @param {import("../shared/view.js").View} view */
export function importer(view) {
  const bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": t("progress") });
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "file", accept: ".zip,application/zip", class: "isen-hidden-input", "aria-label": t("importCharacter"), "data-testid": "isen-import",
    on: { change: () => take(view, input, bar) },
  });
  return h("div", { class: "isen-stack-tight" }, h("label", { class: "isen-button isen-file-button", title: t("importCharacter") }, icon("upload"), t("importShort"), input), bar);
}

/** @param {Isengard.View} view @param {HTMLInputElement} input @param {HTMLProgressElement} bar */
async function take(view, input, bar) {
  const { store } = view;
  const [file] = input.files ?? [];
  if (!file) return;
  bar.hidden = false;
  const answer = await store.attempt(() => store.api.characters.bring(file, { id: newCorrelationId(), progress: (share) => (bar.value = share) }));
  bar.hidden = true;
  input.value = "";
  if (!answer) return;
  const { character, refused, former_trigger: former } = answer;
  const values = { name: character.name, photos: photos(character.photo_count), n: refused.length, why: refused[0]?.message ?? "", trigger: character.trigger_word, former };
  store.keepCharacter(character);
  store.go({ tab: "characters", id: character.id });
  offerUndo(view, [t(refused.length ? "importedPartly" : "imported", values), former && t("importedTrigger", values)].filter(Boolean).join(" "), null);
}
