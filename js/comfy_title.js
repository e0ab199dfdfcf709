/** Words before the page's title, which stays the page's own: what is written there meanwhile follows them, and is all that is left in the end. */

export class PageTitle {
  #words = "";
  /** The page's own, and with our words. */
  #own = "";
  #shown = "";

  /** @param {Pick<Document, "title">} page */
  constructor(page) {
    this.page = page;
  }

  /** Said again and again: so the words come back where the page has written its title anew. '' gives it back. @param {string} words */
  say(words) {
    if (!words && !this.#words) return;
    if (this.page.title !== this.#shown) this.#own = this.page.title;
    this.#words = words;
    this.#shown = words ? `${words} — ${this.#own}` : "";
    const wanted = this.#shown || this.#own;
    if (this.page.title !== wanted) this.page.title = wanted;
  }
}
