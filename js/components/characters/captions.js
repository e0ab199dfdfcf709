/** Captions: the trigger word alone, one template for all, what a program sees, or one sentence for each photo. */

import { button, field, h, picture, say } from "../../lib/dom.js";
import { fill, keyed } from "../../lib/lists.js";
import { counted, dotted } from "../../lib/format.js";
import { hasTrigger } from "../../lib/replace.js";
import { t } from "../../locales/words.js";
import { CaptionReplace } from "./caption_replace.js";
import { CaptionerBox, takeBack } from "./captioner.js";
import { leakNote } from "./photo_words.js";
import { offerUndo } from "../shared/view.js";

const DEFAULT_TEMPLATE = "{trigger}, a photo of a {class}";
const TEMPLATES = [DEFAULT_TEMPLATE, "{trigger}, {class}", "a photo of {trigger}, a {class}", "{trigger} {class}, portrait photo", "photo of {trigger}"];
/** @typedef {typeof PLANS[number]} Plan */
/** @typedef {{id: string, caption: string, leaks: Isengard.Leak[], trigger: string, n: number, hint: string}} Captioned */
/** @typedef {HTMLLIElement & {parts: {chip: TriggerChip, text: HTMLTextAreaElement, note: HTMLElement}}} CaptionRow */
const PLANS = /** @type {const} */ (["trigger", "template", "captioner", "each"]);

export class CaptionEditor {
  /** @param {import("../shared/view.js").View} view @param {string} characterId */
  constructor(view, characterId) {
    this.view = view;
    this.store = view.store;
    this.characterId = characterId;
    /** @type {Plan} */
    this.plan = "trigger";
    this.summary = h("summary", { "data-testid": "isen-captions" });
    this.template = h("input", { type: "text", maxlength: 400, value: DEFAULT_TEMPLATE, list: "isen-templates", "data-testid": "isen-template", on: { input: () => this.#preview() } });
    this.example = h("p", { class: "isen-muted" });
    this.overwrite = h("input", { type: "checkbox", "data-testid": "isen-caption-overwrite" });
    this.rows = h("ul", { class: "isen-plain-list" });
    this.replace = new CaptionReplace(view, characterId);
    this.captioner = new CaptionerBox(this.store, characterId, () => this.overwrite.checked);
    this.parts = {
      trigger: h("p", {}),
      template: h("div", { class: "isen-stack-tight" }, field(t("template"), this.template, t("templateHint")), h("datalist", { id: "isen-templates" }, ...TEMPLATES.map((value) => h("option", { value }))), this.example),
      each: h("div", { class: "isen-stack-tight" }, this.replace.element, this.rows),
      captioner: this.captioner.element,
    };
    this.also = h("label", { class: "isen-check" }, this.overwrite, h("span", { text: t("captionOverwrite") }));
    this.apply = button(t("captionApply"), () => this.#apply(), { testid: "isen-caption-apply" });
    this.element = h("details", { class: "isen-fold" }, this.summary, h("p", { class: "isen-muted", text: t("captionsHint") }), this.#choice(),
      this.parts.trigger, this.parts.template, this.also, this.parts.captioner, this.parts.each, h("div", { class: "isen-row" }, this.apply));
    this.#choose("trigger");
  }

  /** @param {Isengard.Character} character @param {Isengard.Photo[]} list */
  show(character, list) {
    this.character = character;
    this.element.hidden = !list.length;
    const leaking = list.filter((photo) => photo.leaks?.length).length;
    const counts = [t("captions", { n: list.filter((photo) => photo.caption).length, count: list.length }), leaking && counted("leaksInCaptions", leaking)];
    say(this.summary, dotted(counts));
    say(this.parts.trigger, t("captionTriggerHint", { trigger: character.trigger_word }));
    this.#preview();
    if (!this.element.open) return;
    this.captioner.show(this.store.state);
    this.replace.show();
    const { trigger_word: trigger } = character;
    const rows = list.map((photo, index) => ({ id: photo.id, caption: this.store.photos.captionOf(photo), leaks: photo.leaks ?? [], trigger, n: index + 1, hint: `${character.trigger_word}, ${character.class_word}` }));
    keyed(this.rows, rows, { id: (row) => row.id, make: (row) => this.#row(row), update: rewritten });
  }

  #choice() {
    /** @param {Plan} plan */
    const one = (plan) =>
      h("label", { class: "isen-segment" },
        h("input", { type: "radio", name: `isen-captions-${this.characterId}`, value: plan, checked: plan === this.plan, "data-testid": `isen-caption-${plan}`, on: { change: () => this.#choose(plan) } }),
        h("span", { text: t(`caption_${plan}`) }));
    const group = h("div", { class: "isen-segments isen-long", role: "radiogroup", "aria-label": t("captionPlan") }, ...PLANS.map(one));
    queueMicrotask(() => this.element.addEventListener("toggle", () => this.character && this.show(this.character, this.store.state.photos[this.characterId] ?? [])));
    return group;
  }

  /** Open where each caption is written by itself. */
  openEach() {
    this.element.open = true;
    /** @type {HTMLInputElement | null} */ (this.element.querySelector('input[value="each"]'))?.click();
  }

  /** @param {Plan} plan */
  #choose(plan) {
    this.plan = plan;
    for (const [name, part] of Object.entries(this.parts)) part.hidden = name !== plan;
    this.also.hidden = plan === "each";
    this.apply.hidden = plan === "each" || plan === "captioner";
    if (plan === "captioner") this.captioner.ask();
  }

  #preview() {
    if (!this.character) return;
    const { trigger_word: trigger, class_word: kind, name } = this.character;
    /** @type {Record<string, string>} */
    const values = { trigger, class: kind, name };
    say(this.example, t("captionExample", { text: this.template.value.replace(/\{(\w+)\}/g, (gap, word) => values[word] ?? gap) }));
  }

  async #apply() {
    if (this.plan === "each") return;
    const body = { plan: this.plan, overwrite: this.overwrite.checked, ...(this.plan === "template" ? { template: this.template.value } : {}) };
    const answer = await this.store.attempt((id) => this.store.api.characters.caption(this.characterId, body, id));
    if (!answer) return;
    this.store.photos.keep(this.characterId, answer.items);
    offerUndo(this.view, t("captionsWritten"), () => takeBack(this.store, this.characterId));
  }

  /** @param {Captioned} options */
  #row({ id, caption, leaks, trigger, n, hint }) {
    /** @type {HTMLTextAreaElement} */
    const text = h("textarea", {
      rows: 2, maxlength: 2000, dir: "auto", "aria-label": t("captionOf", { n }), value: caption, placeholder: hint,
      on: { change: () => this.store.changePhoto(this.characterId, id, { caption: text.value }) },
    });
    const chip = new TriggerChip((trigger, { detail: presses }) => {
      text.value = text.value ? `${trigger}, ${text.value}` : trigger;
      if (!presses) text.focus(); // by a key: the chip that is there now takes no focus
      return this.store.changePhoto(this.characterId, id, { caption: text.value });
    });
    chip.show({ caption, trigger, n });
    const note = h("div", { class: "isen-stack-tight" }, ...leakNote({ caption, leaks }));
    const item = h("li", { class: "isen-row isen-caption" }, picture(this.store.api.photos.imageUrl(this.characterId, id, "thumb"), ""), h("div", { class: "isen-grow isen-stack-tight" }, h("div", { class: "isen-through" }, chip.element), text, note));
    return Object.assign(item, { parts: { chip, text, note } });
  }
}

/** The trigger word beside its caption: there, or one press away. The same button all the time: leaving the caption saves it, and a
 * press that began before must end on it. */
class TriggerChip {
  #trigger = "";

  /** @param {(trigger: string, event: UIEvent) => unknown} put before what stands in the field */
  constructor(put) {
    this.element = button("", (event) => put(this.#trigger, /** @type {UIEvent} */ (event)), { kind: "chip", testid: "isen-caption-chip" });
  }

  /** @param {Pick<Captioned, "caption" | "trigger" | "n">} row */
  show({ caption, trigger, n }) {
    this.#trigger = trigger;
    const there = hasTrigger(caption, trigger);
    const words = t(there ? "triggerThere" : "triggerChip", { trigger, n });
    say(this.element, there ? trigger : `+ ${trigger}`);
    this.element.classList.toggle("isen-there", there);
    this.element.disabled = there;
    this.element.setAttribute("aria-label", words);
    this.element.title = words;
  }
}

/** What someone is writing is not taken from under their hands. @param {CaptionRow} node @param {Captioned} row */
function rewritten(node, row) {
  const { caption, leaks } = row;
  const { chip, text, note } = node.parts;
  chip.show(row);
  fill(note, [caption, leaks], () => leakNote({ caption, leaks }));
  if (document.activeElement !== text) text.value = caption;
}
