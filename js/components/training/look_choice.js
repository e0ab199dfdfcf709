/** Which look: the checkpoints that somebody has of a family, with what is known of each. */

import { h, say } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { bytes, counted, dotted } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

/** @typedef {Isengard.Family["checkpoints"][number]} Checkpoint */

export class LookChoice {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** The chosen file, '' where there is none. */
    this.value = "";
    this.legend = h("span", { class: "isen-label", id: "isen-look", text: t("whichLook") });
    this.hint = h("small", { class: "isen-muted", text: t("whichLookHint") });
    this.list = h("div", { class: "isen-looks", "data-testid": "isen-looks" });
    this.refused = h("div", {});
    this.element = h("div", { class: "isen-field", hidden: true }, this.legend, this.hint, this.list, this.refused);
  }

  /** A choice where there are two or more; one is only told. An older server tells none. @param {Checkpoint[]} checkpoints @param {string | undefined} wanted @param {boolean} [copies] whether the trainer takes quantised copies, too */
  show(checkpoints = [], wanted = "", copies = false) {
    /** @param {Checkpoint} one */
    const isUsable = (one) => !one.refused || (copies && one.quantised);
    const usable = checkpoints.filter(isUsable);
    const refused = checkpoints.filter((one) => !isUsable(one));
    const many = usable.length > 1;
    this.value = [wanted, this.value].find((file) => usable.some((one) => one.file === file)) ?? usable[0]?.file ?? "";
    this.element.hidden = !checkpoints.length;
    this.hint.hidden = !many;
    say(this.legend, t(many ? "whichLook" : "baseFile"));
    for (const [name, value] of Object.entries({ role: "radiogroup", "aria-labelledby": "isen-look" })) many ? this.list.setAttribute(name, value) : this.list.removeAttribute(name);
    fill(this.list, [usable, this.value], () => usable.map((one) => (many ? this.#option(one) : told(one))));
    fill(this.refused, refused, () => refused.length > 0 && refusals(refused));
  }

  /** @param {Checkpoint} checkpoint */
  #option(checkpoint) {
    const chosen = () => {
      this.value = checkpoint.file;
      this.changed();
    };
    return h("label", { class: "isen-card isen-preset" },
      h("input", { type: "radio", name: "isen-look", value: checkpoint.file, checked: checkpoint.file === this.value, "data-testid": "isen-look-option", on: { change: chosen } }),
      told(checkpoint));
  }
}

/** Its name, and below what is known of it. @param {Checkpoint} checkpoint */
function told(checkpoint) {
  return h("span", { class: "isen-grow isen-stack-tight isen-break", "data-testid": "isen-look" }, h("span", { text: checkpoint.file }), h("small", { class: "isen-muted", text: about(checkpoint) }));
}

/** "6.9 GB · recommended · photographic, by its name" @param {Checkpoint} checkpoint */
function about(checkpoint) {
  const { size, recommended, why, style, style_from: styleFrom, prediction, prediction_from: from } = checkpoint;
  const original = ["hash", "name"].includes(why);
  const words = [
    bytes(size), recommended && t("lookRecommended"), said(checkpoint, "label"), original ? t("lookOriginal") : t(`look_${style}`, { source: styleFrom && t(`source_${styleFrom}`) }),
    prediction === "v" && t("lookVelocity", { source: t(`source_${from}`) }),
  ];
  return dotted(words);
}

/** @param {Checkpoint[]} refused */
function refusals(refused) {
  return h("details", { class: "isen-fold" }, h("summary", { "data-testid": "isen-looks-refused", text: counted("looksRefused", refused.length) }),
    h("ul", { class: "isen-plain-list isen-muted isen-break" }, ...refused.map((one) => h("li", { text: said(one, "refused") }))));
}
