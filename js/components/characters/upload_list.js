/** Each file on its way in: how far it is, or why it was refused. */

import { button, h, say } from "../../lib/dom.js";
import { count, counted, inRow } from "../../lib/format.js";
import { fill, keyed } from "../../lib/lists.js";
import { said } from "../../lib/said.js";
import { sentences, t, wordOr } from "../../locales/words.js";
import { addAgain, forgetRefusals, mayComeIn, noteWords, stopUploads } from "../../data/photos/uploads.js";

const SHOWN = 4;

export class UploadList {
  /** @param {import("../../data/store.js").Store} store @param {string} characterId */
  constructor(store, characterId) {
    this.store = store;
    this.characterId = characterId;
    this.total = h("div", { role: "status", "aria-live": "polite" });
    this.going = h("ul", { class: "isen-plain-list" });
    this.refused = h("ul", { class: "isen-plain-list" });
    this.summary = h("summary", { "data-testid": "isen-refused-fold" });
    this.fold = h("details", { class: "isen-fold" }, this.summary, this.refused);
    this.notes = h("ul", { class: "isen-plain-list" });
    this.clear = button(t("dismiss"), () => forgetRefusals(store, characterId), { testid: "isen-dismiss-refused" });
    this.again = button(t("tryAgain"), () => addAgain(store, characterId), { testid: "isen-add-again" });
    this.stop = button(t("stopUploads"), () => stopUploads(store, characterId), { testid: "isen-stop-uploads" });
    this.element = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row" }, h("div", { class: "isen-grow" }, this.total), this.stop), this.going, h("div", { role: "alert" }, this.fold), h("div", { role: "status" }, this.notes), h("div", { class: "isen-row" }, this.again, this.clear));
  }

  /** @param {Isengard.Upload[]} uploads */
  show(uploads) {
    const ours = uploads.filter((upload) => upload.characterId === this.characterId);
    const refused = ours.filter((upload) => upload.error);
    const notes = ours.filter((upload) => upload.note);
    const going = ours.filter((upload) => !upload.error && !upload.note).map(({ key, name, share }) => ({ key, name, percent: Math.round(share * 100) }));
    this.element.hidden = !ours.length;
    this.clear.hidden = !refused.length && !notes.length;
    this.stop.hidden = going.length < 2;
    fill(this.total, going.length, () => going.length > 1 && h("small", { class: "isen-muted", text: counted("uploadsLeft", going.length) }));
    keyed(this.going, going.slice(0, SHOWN), { id: (upload) => upload.key, make: uploading, update: (node, { percent }) => Object.assign(node.lastChild ?? {}, { value: percent }) });
    this.#fold(refused);
    const reasons = refused.map(({ key, name, error }) => ({ key, name, why: said(error, "message"), hint: said(error, "hint") }));
    keyed(this.refused, reasons, { id: (upload) => upload.key, make: refusal });
    this.again.hidden = !refused.some(mayComeIn);
    keyed(this.notes, notes.map(({ key, note }) => ({ key, note })), { id: (upload) => upload.key, make: ({ note }) => h("li", { class: "isen-muted", "data-testid": "isen-not-photos", text: note ? noteWords(note) : "" }) });
  }

  /** One that was refused is told as it is, several in one line that opens. @param {Isengard.Upload[]} refused */
  #fold(refused) {
    this.fold.hidden = !refused.length;
    this.summary.hidden = refused.length < 2;
    if (refused.length < 2) this.fold.open = true;
    else if (this.summary.textContent === "") this.fold.open = false;
    say(this.summary, refused.length < 2 ? "" : counted("refusedMany", refused.length, { why: reasonsOf(refused) }));
  }
}

/** The commonest reasons first. @param {Isengard.Upload[]} refused */
function reasonsOf(refused) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { error } of refused) {
    const why = wordOr(`refused_${error?.code}`, t("refused_else"));
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return inRow([...counts].sort((a, b) => b[1] - a[1]).map(([why, n]) => (counts.size > 1 ? t("refusedReason", { why, n: count(n) }) : why)));
}

/** @param {{name: string, percent: number}} options */
function uploading({ name, percent }) {
  return h("li", {},
    h("small", { class: "isen-ellipsis", text: t("uploading", { name }) }),
    h("progress", { max: 100, value: percent, "aria-label": name }));
}

/** @param {{name: string, why: string, hint: string}} options */
function refusal({ name, why, hint }) {
  return h("li", { class: "isen-error", "data-testid": "isen-refused", text: sentences(t("refused", { name, why }), hint) });
}
