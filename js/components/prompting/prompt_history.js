/** Prompts of before with their pictures, and the favourites among them: searched, kept, used again. */

import { told } from "../../data/gallery.js";
import { button, h, icon, picture, say } from "../../lib/dom.js";
import { keyed } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";

/** Nobody types that fast. */
const PAUSE_MS = 250;

export class PromptHistory {
  /**
   * @param {Isengard.View} view
   * @param {{now: string, use: (prompt: string) => void}} ways `now` is the prompt as it is written
   */
  constructor(view, { now, use }) {
    this.view = view;
    this.now = now;
    this.use = use;
    /** @type {Schema.PastPrompt[]} */
    this.items = [];
    /** @type {string | null | undefined} */
    this.cursor = null;
    this.asked = 0;
    this.favourite = false;
    this.search = h("input", { type: "search", placeholder: t("searchPrompts"), "aria-label": t("searchPrompts"), "data-testid": "isen-search-prompts", on: { input: () => this.#soon() } });
    this.kinds = [false, true].map((favourite) => button(t(favourite ? "favouritePrompts" : "allPrompts"), () => this.#turn(favourite), { kind: "chip", "aria-pressed": String(!favourite), testid: favourite ? "isen-prompts-favourites" : "isen-prompts-all" }));
    this.list = h("ul", { class: "isen-plain-list isen-stack-tight", "aria-label": t("pastPrompts"), "data-testid": "isen-past-prompts" });
    this.none = h("p", { class: "isen-muted", role: "status", text: t("loading") });
    this.more = button(t("morePrompts"), () => this.#load(this.cursor), { kind: "link", testid: "isen-more-prompts" });
    this.more.hidden = true;
  }

  open() {
    const keep = button(t("keepPrompt"), async () => (await this.#mark(this.now, true)) && this.#turn(true), { icon: "heart", testid: "isen-keep-prompt" });
    keep.hidden = !this.now.trim();
    this.dialog = openDialog(this.view, { label: t("pastPrompts"), kind: "isen-history", closed: () => clearTimeout(this.timer) },
      h("div", { class: "isen-row isen-ends" }, h("h2", { text: t("pastPrompts") }), closer(() => this.dialog?.close())),
      this.search, h("div", { class: "isen-row isen-chips" }, ...this.kinds, keep), this.none, this.list, this.more);
    return this.#load(null);
  }

  #soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#load(null), PAUSE_MS);
  }

  /** @param {boolean} favourite */
  #turn(favourite) {
    this.favourite = favourite;
    for (const [place, one] of this.kinds.entries()) one.setAttribute("aria-pressed", String(Boolean(place) === favourite));
    return this.#load(null);
  }

  /** The last question asked wins. @param {string | null | undefined} cursor */
  async #load(cursor) {
    const { store } = this.view;
    const asked = ++this.asked;
    const page = await store.attempt(() => store.api.prompts.list({ search: this.search.value.trim(), favourite: this.favourite }, cursor));
    if (asked !== this.asked) return;
    if (!page) return void (this.none.hidden = true);
    const known = new Set(cursor ? this.items.map(({ prompt }) => prompt) : []);
    this.items = [...(cursor ? this.items : []), ...page.items.filter(({ prompt }) => !known.has(prompt))];
    this.cursor = page.next_cursor;
    this.#show();
  }

  #show() {
    keyed(this.list, this.items, { id: ({ prompt }) => prompt, make: (past) => this.#row(past) });
    this.more.hidden = !this.cursor;
    this.none.hidden = this.items.length > 0;
    say(this.none, t(this.search.value.trim() ? "noPromptFits" : this.favourite ? "noFavouritePrompts" : "noPastPrompts"));
  }

  /** @param {Schema.PastPrompt} past */
  #row({ prompt, favourite, generation_id: id, n, characters }) {
    const names = characters.map((one) => this.view.store.state.characters?.find((known) => known.id === one)?.name ?? t("gone"));
    const words = names.length ? told(prompt, names) : prompt;
    const shown = id ? picture(this.view.store.api.generations.thumbUrl({ id }, { n }), "") : h("span", { class: "isen-picture isen-blank" }, icon("image"));
    const use = button(t("usePrompt"), () => (this.use(prompt), this.dialog?.close()), { kind: "item", title: words, testid: "isen-use-prompt" });
    use.replaceChildren(shown, h("span", { class: "isen-past-words", dir: "auto", text: words }));
    const heart = button(t("favouritePrompt"), () => this.#turnHeart(prompt, !favourite), { icon: favourite ? "heart-fill" : "heart", bare: true, "aria-pressed": String(favourite), testid: "isen-favourite-prompt" });
    return h("li", { class: "isen-job-item", "data-testid": "isen-past-prompt" }, use, heart);
  }

  /** @param {string} prompt @param {boolean} favourite */
  async #turnHeart(prompt, favourite) {
    if (!(await this.#mark(prompt, favourite))) return;
    this.items = this.items.map((past) => (past.prompt === prompt ? { ...past, favourite } : past)).filter((past) => !this.favourite || past.favourite);
    this.#show();
  }

  /** @param {string} prompt @param {boolean} favourite */
  #mark(prompt, favourite) {
    const { store } = this.view;
    return store.attempt((id) => store.api.prompts.mark(prompt, favourite, id));
  }
}
