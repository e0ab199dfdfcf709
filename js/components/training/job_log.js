/** The end of the trainer's log, folded away; it follows the newest line unless someone has scrolled up. */

import { h, say } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

const SHOWN = 200;
const NEAR_PX = 24;

export class JobLog {
  /** For its folder. */
  #asked = false;

  /** @param {import("../help/folder_list.js").FolderList} [folders] where it lies */
  constructor(folders) {
    this.folders = folders;
    this.text = h("pre", { class: "isen-log", tabindex: 0, "aria-label": t("log"), "data-testid": "isen-log-text" });
    this.element = h("details", { class: "isen-fold" }, h("summary", { text: t("log"), "data-testid": "isen-log" }), this.text, folders?.element);
    this.element.addEventListener("toggle", () => this.#opened());
  }

  #opened() {
    this.#toEnd();
    if (this.element.open && !this.#asked) this.folders?.load();
    this.#asked ||= this.element.open;
  }

  /** @param {string[] | undefined} lines */
  show(lines) {
    const { scrollHeight, scrollTop, clientHeight } = this.text;
    const following = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    say(this.text, lines?.length ? lines.slice(-SHOWN).join("\n") : t("noLog"));
    if (following) this.#toEnd();
  }

  #toEnd() {
    this.text.scrollTop = this.text.scrollHeight;
  }
}
