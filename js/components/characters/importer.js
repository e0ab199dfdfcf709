/** Taking a character in from one file. */

import { h, icon } from "../../lib/dom.js";
import { takenFrom } from "../../lib/files.js";
import { counted } from "../../lib/format.js";
import { newCorrelationId } from "../../lib/ids.js";
import { said } from "../../lib/said.js";
import { sentences, t } from "../../locales/words.js";
import { offerUndo } from "../shared/view.js";

export class Importer {
  /** @param {Isengard.View} view */
  constructor(view) {
    this.view = view;
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": t("progress") });
    const chosen = () => {
      const [file] = takenFrom(input);
      if (file) this.take(file);
    };
    /** @type {HTMLInputElement} */
    const input = h("input", { type: "file", accept: ".zip,application/zip", class: "isen-hidden-input", "aria-label": t("importCharacter"), "data-testid": "isen-import", on: { change: chosen } });
    this.element = h("div", { class: "isen-stack-tight" }, h("label", { class: "isen-button isen-file-button", title: t("importCharacter") }, icon("upload"), t("importShort"), input), this.bar);
  }

  /** How far the one is that is on its way, whichever view it was given to. @param {number | null} share */
  show(share) {
    this.bar.hidden = share === null;
    if (share !== null && share < 1) this.bar.value = share;
    else this.bar.removeAttribute("value"); // sent, it is still to be read
  }

  /** @param {File} file */
  async take(file) {
    const { store } = this.view;
    const progress = (/** @type {number | null} */ share) => {
      store.set({ importing: share });
      this.show(share);
    };
    progress(0);
    const answer = await store.attempt(() => store.api.characters.bring(file, { id: newCorrelationId(), progress }));
    progress(null);
    if (!answer) return;
    const { character, refused, former_trigger: former } = answer;
    const lost = refused.length;
    const values = { name: character.name, photos: counted("photoCount", character.photo_count), why: said(refused[0], "message"), trigger: character.trigger_word, former };
    store.keepCharacter(character);
    const { tab, id } = store.state.route; // who has gone elsewhere meanwhile stays there
    if (tab === "characters" && !id) store.go({ tab: "characters", id: character.id });
    offerUndo(this.view, sentences(counted(lost ? "importedPartly" : "imported", lost || character.photo_count, values), former && t("importedTrigger", values)), null);
  }
}
