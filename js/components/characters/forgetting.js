/** Forgetting somebody: what will go is counted first, asked once, and told afterwards. */

import { button, h } from "../../lib/dom.js";
import { brief, bytes, counted, listed } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { withdrawUndo } from "../shared/view.js";

const LINES = /** @type {const} */ (["photos", "versions", "jobs", "images", "logs", "bytes"]);
const COUNTED = /** @type {const} */ (["photos", "captions", "jobs", "samples", "versions", "images", "logs"]);
const SHOWN_ELSEWHERE = 20;

/**
 * @param {import("../shared/view.js").View} view
 * @param {{id: string, name: string}} person
 * @param {() => void} [closed] when it was done or left
 */
export async function askToForget(view, { id: characterId, name }, closed) {
  const { store } = view;
  const body = h("div", { class: "isen-stack", "data-testid": "isen-forget-what" }, h("p", { class: "isen-muted", role: "status", text: t("forgetCounting", { name }) }));
  const sure = button(t("forget", { name: brief(name) }), () => forget(), { kind: "danger", testid: "isen-forget-do", disabled: true });
  const buttons = h("div", { class: "isen-row" }, sure, button(t("cancel"), () => dialog.close(), { autofocus: true, testid: "isen-forget-cancel" }));
  const title = h("h2", { class: "isen-grow", text: t("forgetTitle", { name }) });
  // In the frame: the view it was asked from goes when the person does.
  const place = view.panel ?? view;
  const dialog = openDialog(place, { label: t("forget", { name }), kind: "isen-question", closed },
    h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())), body, buttons);

  async function forget() {
    const answer = await store.attempt((id) => store.api.characters.forget(characterId, id));
    if (!answer) return dialog.close();
    title.textContent = t("forgottenTitle", { name });
    body.replaceChildren(h("p", { role: "status", "data-testid": "isen-forgotten", text: t("forgottenWent", { things: things(answer.report) }) }), ...elsewhere(answer.report, name));
    buttons.replaceChildren(button(t("close"), () => dialog.close(), { kind: "primary", autofocus: true, testid: "isen-forgotten-close" }));
    /** @type {HTMLElement | null} */ (buttons.firstChild)?.focus();
    store.forget(characterId);
    withdrawUndo(view); // what was to be undone last may be theirs
    if (store.state.route.id === characterId) store.go({ tab: "characters" });
    await store.refresh();
  }

  const answer = await store.attempt(() => store.api.characters.wouldForget(characterId));
  if (!answer) return dialog.close();
  const lines = LINES.filter((line) => line === "logs" || answer.report[line]).map((line) => h("li", { text: lineOf(line, answer.report) }));
  body.replaceChildren(h("ul", { class: "isen-bullets" }, ...lines), ...elsewhere(answer.report, name), h("p", { text: t("forgetCannot") }));
  sure.disabled = false;
}

/** @param {typeof LINES[number]} line @param {Isengard.ForgetReport} report */
function lineOf(line, report) {
  const words = went(report);
  return line === "photos" && !report.captions ? words.photos : t(`forgetLine_${line}`, words);
}

/** @param {Isengard.ForgetReport} report @returns {Record<string, string>} */
function went(report) {
  return { ...Object.fromEntries(COUNTED.map((name) => [name, counted(`forgetCount_${name}`, report[name])])), size: bytes(report.bytes) };
}

/** What there was of it, one after the other. @param {Isengard.ForgetReport} report */
function things(report) {
  const words = went(report);
  return listed([...COUNTED.filter((name) => report[name]).map((name) => words[name]), words.size]);
}

/**
 * The user's own files and pictures of others: told, never touched. An older server does not say the latter.
 * @param {Isengard.ForgetReport} forgetReport @param {string} name
 */
function elsewhere({ elsewhere: own, others = [], told: words = {} }, name) {
  return [...told("forgetElsewhere", own, { name, words }), ...told("forgetOthers", others, { name, words })];
}

/** Files of ours in words, others by their names. @param {string} word @param {string[]} files @param {{name: string, words: Isengard.ForgetReport["told"]}} options */
function told(word, files, { name, words }) {
  if (!files.length) return [];
  /** @param {string} file */
  const called = (file) => (words?.[file] ? h("span", { dir: "auto", title: file, text: said(words[file], "words") }) : h("code", { class: "isen-file", text: file }));
  return [h("p", { class: "isen-warn", text: counted(word, files.length, { name }) }),
    h("ul", { class: "isen-bullets" }, ...files.slice(0, SHOWN_ELSEWHERE).map((file) => h("li", {}, called(file))))];
}
