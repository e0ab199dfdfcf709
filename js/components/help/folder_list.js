/** Folders of ours: opened by the server where the browser sits on ComfyUI's own computer, their paths copied anywhere else. */

import { button, h, say } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

export class FolderList {
  /** @param {Isengard.Store} store @param {string} [of] a training or a person: theirs alone */
  constructor(store, of = "") {
    this.store = store;
    this.of = of;
    this.told = h("small", { class: "isen-muted", role: "status" });
    this.list = h("div", { class: "isen-stack-tight" });
    this.element = h("div", { class: "isen-stack-tight", "data-testid": "isen-folders" }, this.list, this.told);
  }

  async load() {
    const answer = await this.store.ask(() => this.store.api.storage.folders(this.of));
    if (answer) this.list.replaceChildren(...answer.items.map((item) => this.#line(item, answer.can_open)));
  }

  /** @param {Schema.FolderPlace} folder @param {boolean} canOpen */
  #line({ name, path }, canOpen) {
    const place = h("code", { class: "isen-file", dir: "ltr", text: path });
    const press = canOpen
      ? button(t("folderOpen"), () => this.#open(name), { icon: "folder-open", testid: "isen-folder-open" })
      : button(t("folderCopy"), () => this.#copy(place), { icon: "copy", testid: "isen-folder-copy" });
    return h("div", { class: "isen-row" }, h("div", { class: "isen-grow" }, h("small", { class: "isen-muted", text: t(`folder_${name}`) }), h("br"), place), press);
  }

  /** @param {string} name */
  async #open(name) {
    const opened = await this.store.attempt(async (id) => (await this.store.api.storage.openFolder({ name: /** @type {Schema.FolderChoice["name"]} */ (name), of: this.of }, id), true));
    if (opened) say(this.told, t("folderOpened"));
  }

  /** Over plain HTTP a browser gives pages no clipboard: then the path is selected, and the person's own keys copy it. @param {HTMLElement} place */
  async #copy(place) {
    try {
      await navigator.clipboard.writeText(place.textContent ?? "");
      say(this.told, t("folderCopied"));
    } catch {
      getSelection()?.selectAllChildren(place);
      say(this.told, t("folderCopyRefused"));
    }
  }
}
