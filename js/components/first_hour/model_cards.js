/** The models as cards: which one suits this machine, what each is good at, what it takes, and what its licence asks. */

import { h, say } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { about, bytes, dotted, videoMemory } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { sentences, t } from "../../locales/words.js";
import { inOrder, preferred } from "../../data/first_hour/models.js";

/** What is seen before all are asked for. */
const FIRST = 3;

export class ModelCards {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** The chosen family's key. */
    this.value = "";
    this.have = h("input", { type: "checkbox", "data-testid": "isen-models-have", on: { change: () => this.#draw() } });
    this.haveRow = h("label", { class: "isen-check" }, this.have, h("span", { text: t("modelsHave") }));
    this.words = h("p", { class: "isen-muted", hidden: true, "data-testid": "isen-models-words" });
    this.list = h("div", { class: "isen-stack-tight", role: "radiogroup", "aria-label": t("model"), "data-testid": "isen-family" });
    this.more = h("details", { class: "isen-fold", "data-testid": "isen-models-more" }, h("summary", { text: t("modelsMore") }));
    this.rest = h("div", { class: "isen-stack-tight", role: "radiogroup", "aria-label": t("modelsMore") });
    this.more.append(this.rest);
    this.honest = h("small", { class: "isen-muted", text: t("modelsHonest") });
    this.element = h("section", { class: "isen-field", "aria-label": t("model") },
      h("span", { class: "isen-label", text: t("model") }), this.words, this.haveRow, this.list, this.more, this.honest);
    /** @type {Isengard.Family[]} */
    this.families = [];
    /** Keys of those that are seen at once; the others are folded away. @type {string[]} */
    this.first = [];
    /** All keys in their order, as drawn last. */
    this.order = "";
    /** The field of each card. @type {Map<string, HTMLInputElement>} */
    this.inputs = new Map();
  }

  /** @param {Isengard.Family[]} families @param {string | undefined} wanted */
  show(families, wanted) {
    this.families = families;
    if (!families.some(({ key }) => key === this.value)) this.value = families.find(({ key }) => key === wanted)?.key ?? preferred(families) ?? "";
    this.haveRow.hidden = !families.some((known) => known.base_models.length) || families.every((known) => known.base_models.length);
    this.honest.hidden = families.every(({ status }) => status === "proven");
    this.#draw();
  }

  /** What the server says of this machine. @param {string} words */
  say(words) {
    say(this.words, words);
    this.words.hidden = !words;
  }

  focus() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.element.querySelector('input[type="radio"]:checked'));
    (chosen ?? this.have).focus();
  }

  /** While the focus is in the lists no card changes its place: the arrow keys go through them one by one. */
  #draw() {
    const ordered = inOrder(this.families, this.have.checked && !this.haveRow.hidden);
    const keys = ordered.map(({ key }) => key);
    const stays = keys.join() === this.order && [this.list, this.rest].some((list) => list.contains(document.activeElement));
    if (!stays) this.first = ordered.filter(({ key, fit }, place) => key === this.value || (place < FIRST && fit !== "too_big")).map(({ key }) => key);
    this.order = keys.join();
    const seen = ordered.filter(({ key }) => this.first.includes(key));
    const rest = ordered.filter((known) => !seen.includes(known));
    fill(this.list, [ordered, this.first], () => seen.map((known) => this.#card(known)));
    fill(this.rest, [ordered, this.first], () => rest.map((known) => this.#card(known)));
    for (const [key, input] of this.inputs) input.checked = key === this.value;
    this.more.hidden = !rest.length;
  }

  /** @param {Isengard.Family} family */
  #card(family) {
    const chosen = () => {
      this.value = family.key;
      this.changed();
    };
    const { fit } = family;
    const [good, note] = [said(family, "good_at"), said(family, "note")];
    const input = h("input", { type: "radio", name: "isen-family", value: family.key, checked: family.key === this.value, "data-testid": `isen-family-${family.key}`, on: { change: chosen } });
    this.inputs.set(family.key, input);
    return h("label", { class: "isen-card isen-preset", "data-family": family.key, "data-fit": fit ?? null },
      input,
      h("span", { class: "isen-grow isen-stack-tight" },
        h("span", { class: "isen-row" }, h("strong", { class: "isen-grow", text: said(family, "label") }), mark(fit)),
        good && h("small", { text: good }),
        h("small", { class: "isen-muted", text: takes(family) }),
        note && h("small", { class: fit === "too_big" ? "isen-warn-text" : "isen-muted", text: note }),
        h("small", { class: "isen-muted", text: licence(family) })));
  }
}

/** @param {Isengard.Family["fit"] | undefined} fit an older server says none */
function mark(fit) {
  if (!fit || !["recommended", "fits", "too_big"].includes(fit)) return false;
  return h("span", { class: fit === "recommended" ? "isen-tag isen-good" : "isen-tag", text: t(`fit_${fit}`) });
}

/** "16 GB to download · about 1 h 10 min · about 12 GB video memory" @param {Isengard.Family} family */
function takes({ download_bytes: size, train_s: time, vram_bytes: vram }) {
  return dotted([size === 0 ? t("modelIsHere") : size && t("modelFetches", { size: bytes(size) }), about(time), vram && t("needsVram", { size: videoMemory(vram) })]);
}

/** Whether pictures may be sold, and whether a licence comes first. @param {Isengard.Family} family */
function licence(family) {
  const { licence: name, sell, gated } = family;
  return sentences(sell ? t(`sell_${sell}`, { licence: name }) : t("modelLicence", { licence: name }), sell === "limits" && said(family, "terms"), gated && t("licenceFirst"));
}
