/** What pictures say of how they were made, in their files, signed, and in a corner of what is downloaded; and what LoRA managers are shown. */

import { h } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { settingSwitch } from "./setting_switch.js";

/** Settings, and the words of each. */
const MARKS = /** @type {const} */ ([["mark_pictures", "markInFile"], ["sign_pictures", "markSigned"], ["visible_mark", "markVisible"]]);

export class PictureMark {
  /** @param {(name: string, value: string) => Promise<boolean>} save */
  constructor(save) {
    this.save = save;
    this.marks = h("div", { class: "isen-stack" });
    this.companions = h("section", { class: "isen-card isen-stack" });
    this.element = h("div", { class: "isen-stack", hidden: true },
      h("section", { class: "isen-card isen-stack", "data-testid": "isen-picture-mark" }, h("h3", { text: t("markTitle") }), h("p", { class: "isen-muted", text: t("markWhat") }), this.marks), this.companions);
  }

  /** What the settings say. @param {Isengard.Settings} settings */
  show({ items, can_sign: canSign }) {
    const { save } = this;
    const named = Object.fromEntries(items.map((item) => [item.name, item]));
    this.element.hidden = !named.mark_pictures;
    if (this.element.hidden) return;
    const marks = Boolean(named.mark_pictures.value);
    fill(this.marks, [MARKS.map(([name]) => named[name]), canSign], () => MARKS.map(([name, words]) => {
      const signs = name === "sign_pictures";
      return settingSwitch(named[name], { words: t(words), hint: t(signs && !canSign ? "markCannotSign" : `${words}Hint`), save, matters: !signs || (marks && canSign) });
    }));
    fill(this.companions, named.lora_companions, () => [h("h3", { text: t("companionsTitle") }), settingSwitch(named.lora_companions, { words: t("companions"), hint: t("companionsHint"), save })]);
  }
}
