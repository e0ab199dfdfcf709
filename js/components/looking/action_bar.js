/** Buttons with their words for what can be done with one picture, and a menu for the rest; each keeps its place from picture to picture. */

import { h, icon } from "../../lib/dom.js";
import { isCommand, letterOf } from "../../locales/reading.js";
import { t } from "../../locales/words.js";

/** @typedef {{action: Isengard.PictureAction, element: HTMLButtonElement}} Placed */

export class ActionBar {
  /** What is on its way, for each picture by itself: the next one can be marked before the server has answered for this one. @type {Set<string>} */
  #running = new Set();

  /**
   * @param {Isengard.PictureAction[]} actions
   * @param {{view: Isengard.PicturesView, entry: () => Isengard.Entry, viewer: Isengard.PictureViewer}} place `entry`: the picture that is looked at
   */
  constructor(actions, { view, entry, viewer }) {
    this.view = view;
    this.entry = entry;
    this.viewer = viewer;
    /** @type {Placed[]} */
    this.placed = actions.filter(({ manyOnly, here }) => !manyOnly && (here?.(view) ?? true)).map((action) => ({ action, element: this.#button(action) }));
    const [shown, folded] = [true, false].map((bar) => this.placed.filter(({ action }) => Boolean(action.bar) === bar).map(({ element }) => element));
    this.menu = menuOf(folded);
    this.element = h("div", { class: "isen-actions", role: "toolbar", "aria-label": t("pictureActions") }, ...shown, this.menu);
  }

  /** What there is for the picture that is looked at now: what it does not have is greyed, not gone. @param {Isengard.Shown} state */
  show(state) {
    const entry = this.entry();
    for (const { action, element } of this.placed) {
      busy(element, this.#running.has(nameOf(action, entry)));
      element.disabled = !action.when(entry, state);
      if (action.why) told(element, action.why(entry, state));
      if (typeof action.icon === "function") element.firstElementChild?.replaceWith(icon(action.icon(entry)));
      if (action.pressed) element.setAttribute("aria-pressed", String(action.pressed(entry)));
    }
  }

  /** What a key means; whether it means something. One that is held does it once: the next picture is here before a finger is gone. @param {KeyboardEvent} event */
  press(event) {
    if (isCommand(event) || /** @type {Element} */ (event.target).matches("input, textarea, select")) return false;
    const found = this.placed.find(({ action, element }) => action.key === letterOf(event) && !element.disabled);
    if (!event.repeat) found?.element.click();
    return Boolean(found);
  }

  /** @param {Isengard.PictureAction} action */
  #button(action) {
    const words = t(action.words);
    const title = action.key ? t("withKey", { words, key: action.key.toUpperCase() }) : words;
    const name = typeof action.icon === "string" ? action.icon : "";
    const element = h("button", { class: action.bar ? "isen-labelled" : null, title, "data-testid": action.testid }, icon(name), h("span", { text: words }));
    element.addEventListener("click", () => this.#run(action, element));
    return element;
  }

  /** The focus goes to what opened it: there a dialog that comes now gives it back. */
  #closeMenu() {
    const summary = /** @type {HTMLElement} */ (this.menu.firstElementChild);
    if (this.menu.contains(document.activeElement)) summary.focus();
    this.menu.open = false;
  }

  /** @param {Isengard.PictureAction} action @param {HTMLButtonElement} element */
  async #run(action, element) {
    const entry = this.entry();
    const name = nameOf(action, entry);
    if (this.#running.has(name)) return;
    this.#closeMenu();
    this.#running.add(name);
    busy(element, true);
    try {
      await action.run(this.view, entry, this.viewer);
    } finally {
      this.#running.delete(name);
      busy(element, this.#running.has(nameOf(action, this.entry())));
    }
  }
}

/** @param {Isengard.PictureAction} action @param {Isengard.Entry | undefined} entry none once the last picture is gone */
const nameOf = ({ id }, entry) => `${id} ${entry?.generation.id} ${entry?.image.n}`;

/** @param {HTMLButtonElement} element @param {boolean} is */
function busy(element, is) {
  if (is) element.setAttribute("aria-busy", "true");
  else element.removeAttribute("aria-busy");
}

/** Why it cannot be done with this picture, below its words: a title alone is read by few. @param {HTMLButtonElement} element @param {string} why */
function told(element, why) {
  const words = element.lastElementChild;
  if (words?.localName === "small") words.remove();
  if (why) element.append(h("small", { class: "isen-why-not", text: why }));
}

/** @param {HTMLButtonElement[]} entries */
function menuOf(entries) {
  const summary = h("summary", { class: "isen-labelled", title: t("more"), "data-testid": "isen-more-actions" }, icon("ellipsis-h"), h("span", { text: t("more") }));
  const menu = h("details", { class: "isen-menu", hidden: !entries.length }, summary, h("div", { class: "isen-menu-list" }, ...entries));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();  // or the dialog goes, too
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => menu.contains(/** @type {Node | null} */ (event.relatedTarget)) || (menu.open = false));
  return menu;
}
