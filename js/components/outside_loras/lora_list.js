/** ComfyUI's LoRAs that Isengard did not make: one is found by its name or its picture. */

import { button, h, icon, picture, say } from "../../lib/dom.js";
import { counted, dotted } from "../../lib/format.js";
import { keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";

/** More are not read by anybody; a search finds the others. */
const SHOWN = 60;

export class LoraList {
  /** @param {Isengard.Store} store @param {(name: string) => unknown} chosen */
  constructor(store, chosen) {
    this.store = store;
    this.chosen = chosen;
    /** @type {Schema.OutsideLora[] | null} */ this.loras = null;
    this.find = h("input", { type: "search", autocomplete: "off", placeholder: t("loraFind"), "aria-label": t("loraFind"), "data-testid": "isen-find-lora", on: { input: () => this.show() } });
    this.list = h("ul", { class: "isen-plain-list isen-lora-list" });
    this.rest = h("p", { class: "isen-muted", role: "status", text: t("loading") });
    this.element = h("div", { class: "isen-stack" }, this.find, this.list, this.rest);
  }

  async ask() {
    const answer = await this.store.ask(() => this.store.api.loras.list());
    if (!answer) return say(this.rest, "");
    this.loras = answer.items;
    this.show();
  }

  show() {
    if (!this.loras) return;
    const wanted = this.find.value.trim().toLowerCase();
    const found = this.loras.filter(({ name }) => name.toLowerCase().includes(wanted));
    this.find.hidden = !this.loras.length;
    keyed(this.list, found.slice(0, SHOWN), { id: (lora) => lora.name, make: (lora) => this.#row(lora) });
    say(this.rest, !this.loras.length ? t("loraNone") : !found.length ? t("loraNoneCalled") : found.length > SHOWN ? counted("loraMore", found.length - SHOWN) : "");
  }

  /** @param {Schema.OutsideLora} lora */
  #row({ name, person }) {
    const [folder, file] = parts(name);
    const choose = button("", () => this.chosen(name), { kind: "item", testid: "isen-lora", title: name });
    choose.append(loraPicture(this.store, name), h("span", { class: "isen-stack-tight" }, h("span", { class: "isen-name", dir: "auto", text: file }),
      h("small", { class: "isen-muted", text: dotted([folder, person && t("loraOf", { name: person })]) })));
    return h("li", {}, choose);
  }
}

/** What a LoRA draws, where a picture of it lies there. @param {Isengard.Store} store @param {string} name */
export function loraPicture(store, name) {
  const blank = h("span", { class: "isen-picture isen-blank" }, icon("user"));
  return picture(store.api.loras.previewUrl(name), "", { on: { error: (/** @type {Event} */ event) => /** @type {Element} */ (event.target).replaceWith(blank) } });
}

/** Folder and file of a name, without what all of them end in. @param {string} name */
export function parts(name) {
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\"));
  return [name.slice(0, Math.max(at, 0)), name.slice(at + 1).replace(/\.(safetensors|sft)$/i, "")];
}
