/** What mends a cause of "Why does it not look like me?": each button's words, and what pressing it does. Knows the store, no element. */

import { count, decimal } from "../../lib/format.js";
import { pluralKey, t } from "../../locales/words.js";
import { mendFaces } from "../faces/mending.js";
import { orderTask } from "../jobs.js";
import { METER } from "../state.js";

/** Where it is mended by asking for the picture anew. @type {Set<Isengard.Cause["action"]>} */
const IN_FORM = new Set(["put_trigger", "strength", "steps", "prompt", "closer", "base"]);

/** Mended right where they are: what is said then. @type {Partial<Record<Isengard.Cause["action"], string>>} */
export const DONE_HERE = { version: "mended_version", faces: "facesBeingMended" };

/** The sentence of a cause; one that a newer server knows is left out. @param {Isengard.Cause} cause @param {string} name */
export function causeWords({ code, values }, name) {
  const which = code === "other_version" && values.now === values.step ? "other_training" : code;
  const key = pluralKey(`cause_${which}`, Number(values.n ?? 0));
  const words = t(key, { ...told(values), name });
  return words === key ? "" : words;
}

/** @param {Isengard.Cause} cause @param {string} name */
export function mendingWords({ action, code, values }, name) {
  const key = action === "base" && values.base && code === "other_base" ? "this_base" : action === "train" && code === "not_trained" ? "train_first" : action === "photos" && values.codes ? "those_photos" : action;
  return t(`mend_${key}`, { ...told(values), name });
}

/** Numbers as the panel shows them. @param {Isengard.Cause["values"]} values */
function told(values) {
  /** @param {string | number} value */
  const shown = (value) => (typeof value === "string" ? value : Number.isInteger(value) ? count(value) : decimal(value, 2));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]));
}

/**
 * Do it. True where the panel has gone somewhere else for it, false where it was refused or where they are is the place.
 * @param {Isengard.Store} store @param {Isengard.Cause} cause
 * @param {{person: string, change?: (change: Isengard.Cause) => unknown}} where `change`: asks for the picture anew; without it the
 *   form is opened as it was left
 */
export async function mend(store, cause, { person, change }) {
  const { action, values } = cause;
  if (IN_FORM.has(action)) return change ? (change(cause), true) : gone(store, { tab: "images", id: person, mend: cause });
  if (action === "photos" || action === "captions" || action === "trigger") return gone(store, { tab: "characters", id: person, open: action, codes: String(values.codes ?? "") });
  if (action === "compare") return gone(store, { tab: "images", id: person, compare: "" });
  if (action === "train") return gone(store, { tab: "training", train: person });
  if (action === "set_up_measuring") return Boolean(await orderTask(store, (id) => store.api.training.setUp(METER, { confirm: true }, id))) && gone(store, { tab: "settings" });
  if (action === "train_on") {
    const next = store.keepJob(await store.attempt((id) => store.api.jobs.order(String(values.job_id), "continue", id, { steps: Number(values.steps) })));
    return Boolean(next) && gone(store, { tab: "training", job: next?.id });
  }
  if (action === "faces") return Boolean(await mendFaces(store, String(values.generation_id), Number(values.n)));
  if (action === "version") return Boolean(store.keepCharacter(await store.attempt((id) => store.api.characters.pickVersion(person, String(values.file), id))));
  return false;
}

/** @param {Isengard.Store} store @param {Isengard.Route} route */
function gone(store, route) {
  store.go(route);
  return true;
}

/** The prompt with what a cause asks for in it. @param {string} prompt @param {Isengard.Cause} cause */
export function mendedPrompt(prompt, { action, values }) {
  if (action === "put_trigger") return prompt.includes("{trigger") ? prompt : `{trigger}, ${prompt}`.replace(/, $/, "");
  if (action !== "closer") return prompt;
  const far = String(values.words ?? "").split(", ").filter(Boolean);
  const kept = prompt.split(",").map((part) => far.reduce((text, word) => without(text, word), part).trim()).filter(Boolean);
  return ["close-up portrait", ...kept].join(", ");
}

/** A way of looking and what joins it to its picture: "wide shot of", "full body photo of". @param {string} text @param {string} word */
function without(text, word) {
  const at = text.toLowerCase().indexOf(word);
  if (at < 0) return text;
  return `${text.slice(0, at)}${text.slice(at + word.length)}`.replace(/^\s*(?:(?:photo|picture|portrait|image)\s+)?(?:of|shot of)\s+/i, "");
}
