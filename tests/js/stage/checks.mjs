/** What a browser test asks of the panel on the stage; each answer is a list of what is wrong. */

import { pictureName } from "../../../js/data/looking/picture_name.js";
import { leftOver } from "./pseudo.mjs";
import { textsOf } from "./texts.mjs";

const SAID = ["aria-label", "title", "placeholder", "alt"];
/** Written the same way in every language: levels, names of settings, languages' own names. */
const NAMES = ["DEBUG", "INFO", "WARNING", "ERROR", "mode", "guard_comfyui", "log_level", "language", "face_models", "mark_pictures", "sign_pictures", "visible_mark", "lora_companions", "hf_token", "comfyui_url", "allowed_hosts", "English", "Deutsch"];

/** What is written to a model, not to a person. */
const PROMPT = /\{(?:trigger|class)\d?\}/;

/** Words that came from no catalogue, while the panel speaks the pseudo-locale. */
export function hardCoded(panel, answers) {
  const texts = textsOf(...answers, panel.store.state);
  const people = (panel.store.state.characters ?? []).map(({ name }) => name);
  const files = namesOfFiles(panel.store.state);
  const filled = texts.filter((text) => text.includes("{trigger}")).flatMap((text) => people.map((name) => text.replaceAll("{trigger}", name)));
  const data = [...files, ...filled, ...texts, ...NAMES].sort((one, other) => other.length - one.length); // `mode` is a part of `face_models`
  const wrong = [];
  const judge = (text, where) => {
    const rest = PROMPT.test(text) ? "" : leftOver(text, data);
    if (rest) wrong.push(`${where}: ${text.trim().slice(0, 80)}`);
  };
  for (const element of [panel, ...panel.querySelectorAll("*")]) {
    for (const name of SAID) judge(element.getAttribute(name) ?? "", `${element.localName}@${name}`);
    if (element.localName === "pre" || element.isContentEditable) continue;
    if (element.localName === "kbd" && [...element.textContent].length === 1) continue; // a letter of the keyboard
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) judge(node.data, element.localName);
  }
  return [...new Set(wrong)];
}

/** Pictures by the names of their files, which are made of people's names and prompts. */
function namesOfFiles({ generations, characters }) {
  const people = Object.fromEntries((characters ?? []).map(({ id, name }) => [id, name]));
  return (generations ?? []).flatMap((made) => made.images.map((image) => pictureName(made, image, people).replace(/\.\w+$/, "")));
}

export { brokenWords, clipped, crowded, splitUnits, tallButtons, wrappedRail } from "./crowding.mjs";

/** Whatever would have to be scrolled sideways, except what scrolls inside a frame of its own. */
export function sticksOut(panel) {
  const boxes = [panel, ...panel.querySelectorAll(".isen-head, .isen-tabs, .isen-banners, .isen-body, .isen-undo, dialog")];
  return boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.className || box.localName} by ${box.scrollWidth - box.clientWidth} px: ${widest(box)}`);
}

function widest(box) {
  const right = (element) => element.getBoundingClientRect().right;
  const [most] = [...box.querySelectorAll("*")].sort((one, other) => right(other) - right(one));
  return most ? `${most.localName}.${most.className} ${(most.textContent ?? "").slice(0, 40)}` : "";
}

/** Animations and transitions that go on although motion is unwanted. */
export function moving() {
  return document.getAnimations().filter((one) => Number(one.effect.getComputedTiming().duration) > 1).map((one) => `${one.effect.target.className} ${one.animationName ?? one.transitionProperty}`);
}

/** How often each element with each set of attributes is there: text cannot change it. */
export function shape() {
  const counts = {};
  for (const element of document.querySelectorAll("*")) {
    const key = `${element.localName}[${[...element.attributes].map(({ name }) => name).sort()}]`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return Object.entries(counts).map(([key, count]) => `${key} x ${count}`);
}

/** The same text into every field one can write in. */
export function typeEverywhere(panel, text) {
  const fields = panel.querySelectorAll('textarea, input:is(:not([type]), [type="text"], [type="search"], [type="password"])');
  for (const field of fields) {
    field.value = text;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  return fields.length;
}

/** The focused element when its focus cannot be seen. */
export function unseenFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const seen = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  return seen ? "" : `${element.localName}.${element.className}`;
}

/** The focused element when all of it lies under something else, two frames after it was focused. */
export async function coveredFocus() {
  for (let frames = 0; frames < 2; frames++) await new Promise((done) => requestAnimationFrame(done));
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  const { left, top, width, height } = element.getBoundingClientRect();
  const isSeen = (part) => {
    const hit = document.elementFromPoint(left + width / 2, top + height * part);
    return hit && (element.contains(hit) || hit.closest("label")?.contains(element));
  };
  return [0.1, 0.5, 0.9].some(isSeen) ? "" : `${element.localName}.${element.className} ${element.dataset.testid ?? ""}`;
}
