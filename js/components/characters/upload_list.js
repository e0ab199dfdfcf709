/** Each file on its way in: how far it is, or why it was refused. */

import { button, h } from "../../lib/dom.js";
import { fill, keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { forgetRefusals, stopUploads } from "../../data/photos/uploads.js";

const SHOWN = 4;

export class UploadList {
  /** @param {import("../../data/store.js").Store} store @param {string} characterId */
  constructor(store, characterId) {
    this.store = store;
    this.characterId = characterId;
    this.total = h("div", { role: "status", "aria-live": "polite" });
    this.going = h("ul", { class: "isen-plain-list" });
    this.refused = h("ul", { class: "isen-plain-list" });
    this.notes = h("ul", { class: "isen-plain-list" });
    this.clear = button(t("dismiss"), () => forgetRefusals(store, characterId), { testid: "isen-dismiss-refused" });
    this.stop = button(t("stopUploads"), () => stopUploads(store, characterId), { testid: "isen-stop-uploads" });
    this.element = h("div", { class: "isen-stack-tight" }, h("div", { class: "isen-row" }, h("div", { class: "isen-grow" }, this.total), this.stop), this.going, h("div", { role: "alert" }, this.refused), h("div", { role: "status" }, this.notes), this.clear);
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
    fill(this.total, going.length, () => going.length > 1 && h("small", { class: "isen-muted", text: t("uploadsLeft", { n: going.length }) }));
    keyed(this.going, going.slice(0, SHOWN), { id: (upload) => upload.key, make: uploading, update: (node, { percent }) => Object.assign(node.lastChild ?? {}, { value: percent }) });
    const reasons = refused.map(({ key, name, error }) => ({ key, name, why: error?.message ?? "", hint: error?.hint ?? "" }));
    keyed(this.refused, reasons, { id: (upload) => upload.key, make: refusal });
    keyed(this.notes, notes.map(({ key, note }) => ({ key, note })), { id: (upload) => upload.key, make: ({ note }) => h("li", { class: "isen-muted", "data-testid": "isen-not-photos", text: note }) });
  }
}

/** @param {{name: string, percent: number}} options */
function uploading({ name, percent }) {
  return h("li", {},
    h("small", { class: "isen-ellipsis", text: t("uploading", { name }) }),
    h("progress", { max: 100, value: percent, "aria-label": name }));
}

/** @param {{name: string, why: string, hint: string}} options */
function refusal({ name, why, hint }) {
  return h("li", { class: "isen-error", "data-testid": "isen-refused", text: `${t("refused", { name, why })} ${hint}`.trim() });
}
