/** Where a prompt is written: `{trigger}` stands in it as a chip with the person's name. */

import { button, h, say } from "../../lib/dom.js";
import { brief, counted, listed } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { Past, endOfChange } from "../../lib/past.js";
import { letterOf } from "../../locales/reading.js";
import { t } from "../../locales/words.js";

const TOKEN = /\{trigger[12]?\}/g;
const CHIP = "isenToken";
/** What a copied part of a prompt is told as between prompts; other programs get its words with the people's names. */
const COPIED = "text/x-isengard-prompt";

/** The text cut at its tokens: `["a photo of ", "{trigger}", ", smiling"]`. @param {string} text */
export function pieces(text) {
  const tokens = text.match(TOKEN) ?? [];
  return text.split(TOKEN).flatMap((part, index) => [part, tokens[index]]).filter(Boolean);
}

/**
 * The second person beside the first, where only the first is in the text; out of it when there is one alone.
 * @param {string} text @param {number} count
 */
export function recast(text, count) {
  if (count < 2) return text.replace(/(?:\s*(?:,|\band\b|\bwith\b))?\s*\{trigger2\}/g, "").replaceAll("{trigger1}", "{trigger}");
  return text.includes("{trigger2}") ? text : text.replace(/\{trigger1?\}/, "{trigger1} and {trigger2}");
}

/** Who `{trigger}`, `{trigger1}` or `{trigger2}` is: 0, 1. @param {string} token @returns {number} */
export const placeOfToken = (token) => (token === "{trigger2}" ? 1 : 0);

export class PromptBox {
  /**
   * @param {{value: string, changed: (text: string) => void, submit: () => void, beside?: HTMLElement, chips?: HTMLElement, below?: HTMLElement[]}} options `beside` stands beside the label,
   *   `chips` behind the people's, `below` under both
   */
  constructor({ value, changed, submit, beside, chips, below = [] }) {
    /** @type {Isengard.Character[]} */
    this.people = [];
    this.changed = changed;
    this.submit = submit;
    this.box = h("div", {
      class: "isen-prompt-box", dir: "auto", contenteditable: "plaintext-only", role: "textbox", "aria-multiline": "true", "aria-labelledby": "isen-prompt-label", "data-testid": "isen-prompt",
      on: { input: (event) => this.#typed(/** @type {InputEvent} */ (event)), compositionend: () => this.#input(), keydown: (event) => this.#key(event), beforeinput: (event) => this.#history(event), copy: (event) => this.#copy(event), cut: (event) => this.#copy(event), paste: (event) => this.#paste(event) },
    });
    // for ComfyUI, which takes its canvas back at Ctrl+Z: frontends as old as 1.32.9 know a field for text by its tag or this
    Object.assign(this.box, { type: "textarea" });
    this.past = new Past(value);
    this.chips = h("div", { class: "isen-row" });
    this.missing = h("small", { class: "isen-muted", role: "status", "data-testid": "isen-prompt-absent" });
    this.filled = false;
    const label = h("span", { class: "isen-label", id: "isen-prompt-label", text: t("prompt") });
    this.element = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row isen-ends" }, label, beside), this.box, h("div", { class: "isen-row isen-chips" }, this.chips, chips), ...below, this.missing);
    this.value = value;
  }

  get value() {
    return textOf(this.box).replaceAll("\u200b", "").replace(/\n$/, "");
  }

  set value(text) {
    const parts = pieces(text);
    // behind a chip that ends it a text is needed, or what is typed there goes nowhere
    this.box.replaceChildren(...parts.map((piece) => this.#piece(piece)), isToken(parts[parts.length - 1] ?? "") ? "\u200b" : "");
    this.past.note(this.value);
    this.#absence();
  }

  /** Whether those who are missing are put in when it is sent. @param {boolean} filled */
  set absent(filled) {
    this.filled = filled;
    this.#absence();
  }

  /** Who the tokens stand for, in order. One more person is put into the prompt, one less is taken out of it. @param {Isengard.Character[]} people */
  show(people) {
    const others = this.people.length !== people.length && (this.people.length || people.length < 2);
    this.people = people;
    if (others) this.write(recast(this.value, people.length));
    for (const chip of /** @type {NodeListOf<HTMLElement>} */ (this.box.querySelectorAll("[data-isen-token]"))) this.#label(chip);
    const buttons = people.map((person, place) => ({ place, name: person.name, word: person.trigger_word }));
    fill(this.chips, buttons, () => buttons.map(({ place, name, word }) =>
      button(brief(name), () => this.insert(place), { kind: "chip", icon: "plus", title: t("triggerMeaning", { name, trigger: word }), testid: "isen-trigger-chip" })));
    this.#absence();
  }

  /** Write it as a person would: it is told, and can be undone. @param {string} text */
  write(text) {
    if (text === this.value) return;
    this.value = text;
    this.changed(text);
  }

  /** @param {number} place */
  insert(place) {
    const selection = /** @type {Selection} */ (getSelection());
    this.box.focus();
    if (!this.box.contains(selection.anchorNode)) selection.selectAllChildren(this.box), selection.collapseToEnd();
    const range = selection.getRangeAt(0);
    range.deleteContents();
    const before = this.value.length > 0 && !/\s$/.test(textBefore(this.box, range)) ? " " : "";
    const chip = this.#chip(this.people.length > 1 ? `{trigger${place + 1}}` : "{trigger}");
    range.insertNode(chip);
    if (before) chip.before(before);
    after(chip);
    this.#input();
  }

  /** What is still being composed (かm on the way to 髪) is no step, and nothing in it is moved. @param {InputEvent} event */
  #typed({ isComposing, inputType }) {
    if (isComposing) this.changed(this.value);
    else this.#input(inputType);
  }

  /** Typed or pasted tokens become chips. @param {string} [kind] of the change */
  #input(kind) {
    const texts = [...this.box.childNodes].filter(isText).filter((node) => pieces(node.data).some(isToken));
    for (const node of texts) {
      const made = pieces(node.data).map((piece) => this.#piece(piece));
      const caret = getSelection()?.anchorNode === node;
      node.replaceWith(...made);
      if (caret) after(made[made.length - 1]);
    }
    this.past.note(this.value, kind);
    this.#absence();
    this.changed(this.value);
  }

  /** The browser's own steps back know nothing of chips: it would put a text beside the one that became a chip. @param {1 | -1} way */
  #step(way) {
    const before = this.value;
    const text = this.past.step(way);
    if (text === null) return;
    this.value = text;
    caretAt(this.box, endOfChange(before, text));
    this.changed(text);
  }

  /** From a menu. @param {InputEvent} event */
  #history(event) {
    const way = event.inputType === "historyUndo" ? -1 : event.inputType === "historyRedo" ? 1 : 0;
    if (!way) return;
    event.preventDefault();
    this.#step(way);
  }

  #absence() {
    const named = new Set(pieces(this.value).filter(isToken).map(placeOfToken));
    const missing = this.filled && !named.size ? [] : this.people.filter((_, place) => !named.has(place)).map((person) => person.name);
    say(this.missing, missing.length ? counted("notInPrompt", missing.length, { name: listed(missing) }) : "");
    this.missing.hidden = !missing.length;
  }

  /** @param {string} piece */
  #piece(piece) {
    return isToken(piece) ? this.#chip(piece) : document.createTextNode(piece);
  }

  /** @param {string} token */
  #chip(token) {
    const chip = h("span", { class: "isen-token", contenteditable: "false", "data-isen-token": token });
    this.#label(chip);
    return chip;
  }

  /** @param {HTMLElement} chip */
  #label(chip) {
    const token = chip.dataset[CHIP] ?? "";
    const person = this.people[placeOfToken(token)];
    say(chip, person ? brief(person.name) : token);
    chip.title = person ? t("triggerMeaning", { name: person.name, trigger: person.trigger_word }) : "";
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    const key = letterOf(event);
    if (key === "Enter") this.submit();
    else if (key === "z") this.#step(event.shiftKey ? 1 : -1);
    else if (key === "y") this.#step(1);
    else return;
    event.preventDefault();
  }

  /** The browser would copy a chip as the name that stands on it: pasted back, nobody would be drawn. @param {ClipboardEvent} event */
  #copy(event) {
    const selection = /** @type {Selection} */ (getSelection());
    if (!event.clipboardData || selection.isCollapsed) return;
    const part = selection.getRangeAt(0).cloneContents();
    event.clipboardData.setData(COPIED, textOf(part).replaceAll("\u200b", ""));
    event.clipboardData.setData("text/plain", (part.textContent ?? "").replaceAll("\u200b", ""));
    event.preventDefault();
    if (event.type === "cut") this.#command("delete");
  }

  /** Pictures and styles of other pages stay outside. @param {ClipboardEvent} event */
  #paste(event) {
    const copied = event.clipboardData?.getData(COPIED);
    if (!copied && event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    if (copied) this.#command("insertText", copied);
  }

  /** A step of its own: nothing that is typed before or after belongs to it. @param {string} name @param {string} [value] */
  #command(name, value) {
    this.past.part();
    document.execCommand(name, false, value);
    this.past.part();
  }
}

/** @param {string} piece */
const isToken = (piece) => /^\{trigger[12]?\}$/.test(piece);

/** @param {Node} node @returns {node is Text} */
const isText = (node) => node.nodeType === Node.TEXT_NODE;

/** @param {Node} node @returns {string} */
function textOf(node) {
  if (isText(node)) return node.data;
  const { dataset, localName } = /** @type {HTMLElement} */ (node);
  if (dataset?.[CHIP]) return dataset[CHIP];
  if (localName === "br") return "\n";
  return [...node.childNodes].map(textOf).join("");
}

/** @param {Node} box @param {Range} range */
function textBefore(box, range) {
  const until = range.cloneRange();
  until.setStart(box, 0);
  return textOf(until.cloneContents());
}

/** The caret behind that many signs of the text. @param {Node} box @param {number} count */
function caretAt(box, count) {
  let left = count;
  let last = null;
  for (const node of box.childNodes) {
    const length = textOf(node).length;
    if (node.nodeType === Node.TEXT_NODE && left <= length) return getSelection()?.collapse(node, left);
    left -= length;
    last = node;
    if (left <= 0) break;
  }
  if (last) after(last);
}

/**
 * The caret behind a node. Behind a chip it needs a text to be in, or what is typed goes nowhere: something invisible is one.
 * @param {ChildNode} node
 */
function after(node) {
  if (isText(node)) return getSelection()?.collapse(node, node.data.length);
  if (node.nextSibling?.nodeType !== Node.TEXT_NODE) node.after("\u200b");
  const next = /** @type {Text} */ (node.nextSibling);
  getSelection()?.collapse(next, next.data.startsWith("\u200b") ? 1 : 0);
}
