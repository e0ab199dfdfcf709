/** Where a prompt is written: `{trigger}` stands in it as a chip with the person's name. */

import { button, h, say } from "../../lib/dom.js";
import { brief } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { Past, endOfChange } from "../../lib/past.js";
import { t } from "../../locales/words.js";

const TOKEN = /\{trigger[12]?\}/g;
const CHIP = "isenToken";
/** What a copied part of a prompt is told as between prompts; other programs get its words with the people's names. */
const COPIED = "text/x-isengard-prompt";

/** The text cut at its tokens: `["a photo of ", "{trigger}", ", smiling"]`. */
export function pieces(text) {
  const tokens = text.match(TOKEN) ?? [];
  return text.split(TOKEN).flatMap((part, index) => [part, tokens[index]]).filter(Boolean);
}

/** The second person beside the first, where only the first is in the text; out of it when there is one alone. */
export function recast(text, count) {
  if (count < 2) return text.replace(/(?:\s*(?:,|\band\b|\bwith\b))?\s*\{trigger2\}/g, "").replaceAll("{trigger1}", "{trigger}");
  return text.includes("{trigger2}") ? text : text.replace(/\{trigger1?\}/, "{trigger1} and {trigger2}");
}

/** Who `{trigger}`, `{trigger1}` or `{trigger2}` is: 0, 1. */
export const placeOfToken = (token) => (token === "{trigger2}" ? 1 : 0);

export class PromptBox {
  /** @param {{value: string, changed: (text: string) => void, submit: () => void}} options */
  constructor({ value, changed, submit }) {
    this.people = [];
    this.changed = changed;
    this.submit = submit;
    this.box = h("div", {
      class: "isen-prompt-box", dir: "auto", contenteditable: "plaintext-only", role: "textbox", "aria-multiline": "true", "aria-labelledby": "isen-prompt-label", "data-testid": "isen-prompt",
      on: { input: (event) => this.#input(event.inputType), keydown: (event) => this.#key(event), beforeinput: (event) => this.#history(event), copy: (event) => this.#copy(event), cut: (event) => this.#copy(event), paste: (event) => this.#paste(event) },
    });
    // for ComfyUI, which takes its canvas back at Ctrl+Z: frontends as old as 1.32.9 know a field for text by its tag or this
    Object.assign(this.box, { type: "textarea" });
    this.past = new Past(value);
    this.chips = h("div", { class: "isen-row" });
    this.absent = h("small", { class: "isen-muted", role: "status", "data-testid": "isen-prompt-absent" });
    this.element = h("div", { class: "isen-stack-tight" }, h("span", { class: "isen-label", id: "isen-prompt-label", text: t("prompt") }), this.box, this.chips, this.absent);
    this.value = value;
  }

  get value() {
    return textOf(this.box).replaceAll("\u200b", "").replace(/\n$/, "");
  }

  set value(text) {
    this.box.replaceChildren(...pieces(text).map((piece) => this.#piece(piece)));
    this.past.note(this.value);
    this.#absence();
  }

  /** Who the tokens stand for, in order. One more person is put into the prompt, one less is taken out of it. */
  show(people) {
    const others = this.people.length !== people.length && (this.people.length || people.length < 2);
    this.people = people;
    if (others) this.#write(recast(this.value, people.length));
    for (const chip of this.box.querySelectorAll("[data-isen-token]")) this.#label(chip);
    const buttons = people.map((person, place) => [place, person.name, person.trigger_word]);
    fill(this.chips, buttons, () => buttons.map(([place, name, word]) =>
      button(`+ ${brief(name)}`, () => this.insert(place), { kind: "chip", title: t("triggerMeaning", { name, trigger: word }), testid: "isen-trigger-chip" })));
    this.#absence();
  }

  #write(text) {
    if (text === this.value) return;
    this.value = text;
    this.changed(text);
  }

  insert(place) {
    const selection = getSelection();
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

  /** Typed or pasted tokens become chips. @param {string} [kind] of the change */
  #input(kind) {
    const texts = [...this.box.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && pieces(node.data).some(isToken));
    for (const node of texts) {
      const made = pieces(node.data).map((piece) => this.#piece(piece));
      const caret = getSelection().anchorNode === node;
      node.replaceWith(...made);
      if (caret) after(made.at(-1));
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

  /** From a menu. */
  #history(event) {
    const way = { historyUndo: -1, historyRedo: 1 }[event.inputType];
    if (!way) return;
    event.preventDefault();
    this.#step(way);
  }

  #absence() {
    const named = new Set(pieces(this.value).filter(isToken).map(placeOfToken));
    const missing = this.people.filter((_, place) => !named.has(place)).map((person) => person.name);
    say(this.absent, missing.length ? t("notInPrompt", { name: missing.join(", ") }) : "");
    this.absent.hidden = !missing.length;
  }

  #piece(piece) {
    return isToken(piece) ? this.#chip(piece) : document.createTextNode(piece);
  }

  #chip(token) {
    const chip = h("span", { class: "isen-token", contenteditable: "false", "data-isen-token": token });
    this.#label(chip);
    return chip;
  }

  #label(chip) {
    const person = this.people[placeOfToken(chip.dataset[CHIP])];
    say(chip, person ? brief(person.name) : chip.dataset[CHIP]);
    chip.title = person ? t("triggerMeaning", { name: person.name, trigger: person.trigger_word }) : "";
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "enter") this.submit();
    else if (key === "z") this.#step(event.shiftKey ? 1 : -1);
    else if (key === "y") this.#step(1);
    else return;
    event.preventDefault();
  }

  /** The browser would copy a chip as the name that stands on it: pasted back, nobody would be drawn. */
  #copy(event) {
    const selection = getSelection();
    if (!event.clipboardData || selection.isCollapsed) return;
    const part = selection.getRangeAt(0).cloneContents();
    event.clipboardData.setData(COPIED, textOf(part).replaceAll("\u200b", ""));
    event.clipboardData.setData("text/plain", part.textContent.replaceAll("\u200b", ""));
    event.preventDefault();
    if (event.type === "cut") this.#command("delete");
  }

  /** Pictures and styles of other pages stay outside. */
  #paste(event) {
    const copied = event.clipboardData?.getData(COPIED);
    if (!copied && event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    if (copied) this.#command("insertText", copied);
  }

  /** A step of its own: nothing that is typed before or after belongs to it. */
  #command(name, value) {
    this.past.part();
    document.execCommand(name, false, value);
    this.past.part();
  }
}

const isToken = (piece) => /^\{trigger[12]?\}$/.test(piece);

function textOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.dataset?.[CHIP]) return node.dataset[CHIP];
  if (node.localName === "br") return "\n";
  return [...node.childNodes].map(textOf).join("");
}

function textBefore(box, range) {
  const until = range.cloneRange();
  until.setStart(box, 0);
  return textOf(until.cloneContents());
}

/** The caret behind that many signs of the text. */
function caretAt(box, count) {
  let left = count;
  let last = null;
  for (const node of box.childNodes) {
    const length = textOf(node).length;
    if (node.nodeType === Node.TEXT_NODE && left <= length) return getSelection().collapse(node, left);
    left -= length;
    last = node;
    if (left <= 0) break;
  }
  if (last) after(last);
}

/** The caret behind a node. Behind a chip it needs a text to be in, or what is typed goes nowhere: something invisible is one. */
function after(node) {
  if (node.nodeType === Node.TEXT_NODE) return getSelection().collapse(node, node.data.length);
  if (node.nextSibling?.nodeType !== Node.TEXT_NODE) node.after("\u200b");
  const next = node.nextSibling;
  getSelection().collapse(next, next.data.startsWith("\u200b") ? 1 : 0);
}
