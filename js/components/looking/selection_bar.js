/** What can be done with several chosen pictures: one bar below the wall, as long as any is chosen. */

import { button, h, icon, once, say } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { letterOf } from "../../locales/reading.js";
import { t } from "../../locales/words.js";

/** @typedef {{action: Isengard.PictureAction, element: HTMLButtonElement}} Placed */

/** Nothing is open to be closed. @type {Isengard.PictureViewer} */
const NO_VIEWER = { close: () => {} };

export class SelectionBar {
  /**
   * @param {Isengard.PictureAction[]} actions
   * @param {{view: Isengard.PicturesView, chosen: () => Isengard.Entry[], all: () => unknown, none: () => unknown, left: () => unknown}} means
   *   `left`: the bar went away under the focus
   */
  constructor(actions, { view, chosen, all, none, left }) {
    this.view = view;
    this.left = left;
    this.chosen = chosen;
    this.said = h("span", { class: "isen-grow", role: "status", "data-testid": "isen-selected" });
    /** @type {Placed[]} */
    this.placed = actions.filter(({ many, here }) => many && (here?.(view) ?? true)).map((action) => ({ action, element: this.#button(action) }));
    this.element = h("div", { class: "isen-selection", role: "toolbar", "aria-label": t("selectionActions"), hidden: true, "data-testid": "isen-selection" },
      h("div", { class: "isen-row isen-tight" }, this.said, button(t("selectLoaded"), all, { icon: "check-square", bare: true, title: t("withKey", { words: t("selectLoaded"), key: "Ctrl+A" }), testid: "isen-select-all" }),
        button(t("selectNone"), none, { icon: "times", bare: true, title: t("withKey", { words: t("selectNone"), key: "Esc" }), testid: "isen-select-none" })),
      h("div", { class: "isen-actions" }, ...this.placed.map(({ element }) => element)));
  }

  /** @param {Isengard.Shown} state */
  show(state) {
    const entries = this.chosen();
    const was = this.element.hidden;
    const here = this.element.contains(document.activeElement);
    this.element.hidden = !entries.length;
    if (!entries.length && here) this.left();
    if (!entries.length) return;
    say(this.said, counted("selectedPictures", entries.length));
    for (const { action, element } of this.placed) {
      const { least = 1, most = Infinity, when, icon: name } = action;
      element.disabled = entries.length < least || entries.length > most || !entries.every((entry) => when(entry, state));
      if (typeof name === "function") element.firstElementChild?.replaceWith(icon(name(entries[0])));
    }
    if (was) this.element.scrollIntoView({ block: "nearest" });
  }

  /** What a key means for all of them; whether it means something. @param {KeyboardEvent} event */
  press(event) {
    const found = this.element.hidden ? null : this.placed.find(({ action, element }) => action.key === letterOf(event) && !element.disabled);
    if (!event.repeat) found?.element.click();
    return Boolean(found);
  }

  /** @param {Isengard.PictureAction} action */
  #button(action) {
    const words = t(action.words);
    const element = h("button", { class: "isen-labelled", title: action.key ? t("withKey", { words, key: action.key.toUpperCase() }) : words, "data-testid": `${action.testid}-many` },
      icon(typeof action.icon === "string" ? action.icon : ""), h("span", { text: words }));
    element.addEventListener("click", () => once(element, () => this.#run(action)));
    return element;
  }

  /** @param {Isengard.PictureAction} action */
  async #run(action) {
    const entries = this.chosen();
    if (action.all) return action.all(this.view, entries);
    for (const entry of entries) await action.run(this.view, entry, NO_VIEWER);
  }
}
