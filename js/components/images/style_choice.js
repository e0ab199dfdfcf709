/** A style around the prompt and a scene behind it, chosen by name; what will be sent is shown. */

import { told } from "../../data/gallery.js";
import { field, h, say } from "../../lib/dom.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";

export class StyleChoice {
  /** @param {() => void} changed */
  constructor(changed) {
    /** @type {Isengard.Style[]} */
    this.items = [];
    this.style = h("select", { "data-testid": "isen-style", on: { change: changed } });
    this.scene = h("select", { "data-testid": "isen-scene", on: { change: changed } });
    this.sent = h("small", { class: "isen-muted isen-prompt-line", "data-testid": "isen-sent-as" });
    this.element = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-grid" }, field(t("style"), this.style), field(t("scene"), this.scene)), this.sent);
  }

  /** @param {Isengard.Style[]} items */
  show(items) {
    this.items = items;
    this.element.hidden = !items.length;
    this.#fill(this.style, "style", t("noStyle"));
    this.#fill(this.scene, "scene", t("noScene"));
  }

  /** The prompt as it will be sent; it is shown with the people's names. @param {string} prompt @param {Isengard.Character[]} people */
  composed(prompt, people) {
    const text = composed(prompt, this.#chosen("style", this.style), this.#chosen("scene", this.scene));
    say(this.sent, text === prompt ? "" : t("sentAs", { text: told(text, people.map((person) => person.name)) }));
    this.sent.hidden = text === prompt;
    return text;
  }

  get draft() {
    return { style: this.style.value, scene: this.scene.value };
  }

  /** Once the choices are shown. @param {{style: string, scene: string}} options */
  take({ style, scene }) {
    this.style.value = style;
    this.scene.value = scene;
  }

  /** A finished prompt has its style in it already. */
  clear() {
    this.style.value = this.scene.value = "";
  }

  /** @param {string} kind @param {HTMLSelectElement} options */
  #chosen(kind, { value }) {
    return this.items.find((item) => item.kind === kind && item.name === value);
  }

  /** @param {HTMLSelectElement} select @param {string} kind @param {string} none */
  #fill(select, kind, none) {
    const items = this.items.filter((item) => item.kind === kind);
    fill(select, items, () => [h("option", { value: "", text: none }), ...items.map((item) => h("option", { value: item.name, text: item.label }))]);
  }
}

/**
 * The scene behind what was written, then the style around both.
 * @param {string} prompt @param {Isengard.Style | undefined} style @param {Isengard.Style | undefined} scene
 */
export function composed(prompt, style, scene) {
  const text = scene ? `${prompt.trim()}, ${scene.prompt}` : prompt;
  return style ? style.prompt.replaceAll("{prompt}", () => text.trim()) : text;
}
