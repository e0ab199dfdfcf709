/** Practice mode, where nothing is really trained: entered and left with one press and a restart, and what it leaves taken away with one. */

import { quietly } from "../../data/api.js";
import { PRACTICE, REAL } from "../../data/first_hour/practice.js";
import { ENDED } from "../../data/state.js";
import { button, h, icon } from "../../lib/dom.js";
import { counted, few, listed } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { restartButton } from "../shared/restart.js";
import { offerUndo } from "../shared/view.js";

/** @param {Isengard.Store} store @param {{mode: string, next: string, fixed: boolean}} told */
export function practiceBanner(store, { mode, next, fixed }) {
  const waits = mode !== next;
  const words = !waits ? t("practiceNow") : t(next === PRACTICE ? "practiceNext" : "practiceLeft");
  const other = waits ? mode : REAL;
  return h("div", { class: "isen-note isen-stack-tight", "data-testid": "isen-fast-test" }, h("p", { text: words }),
    fixed ? h("small", { class: "isen-muted", text: t("modeElsewhere") }) : h("div", { class: "isen-row" }, waits && restartButton(store), button(t(waits ? "undo" : "practiceLeave"), () => choose(store, other), { testid: waits ? "isen-practice-undo" : "isen-practice-leave" })));
}

/** Offered wherever a GPU or the trainer is missing. @param {Isengard.Store} store @param {string} [title] */
export function practiceOffer(store, title = "") {
  return h("section", { class: "isen-note isen-stack-tight", "data-testid": "isen-practice-offer" },
    title && h("strong", {}, icon("info-circle"), ` ${title}`), h("p", { text: t("practiceWhat") }),
    h("div", { class: "isen-row" }, button(t("practiceUse"), () => choose(store, PRACTICE), { testid: "isen-use-practice" })));
}

/** @param {Isengard.Store} store @param {string} mode */
async function choose(store, mode) {
  if (await store.attempt((id) => store.api.system.changeSettings({ mode }, id))) await store.refresh();
}

/** On a picture that a placeholder has drawn; nothing of it can be measured. */
export function practiceMark() {
  return h("span", { class: "isen-tile-mark isen-practice-tile", text: t("practiceMark"), "data-testid": "isen-practice-picture" });
}

/** What practice mode has left, and the one press that takes it away; the bar below offers to undo. */
export class PracticeLeft {
  /** @type {Schema.PracticeLeft | null} */
  #left = null;
  #asked = "";

  /** @param {Isengard.View} view */
  constructor(view) {
    this.view = view;
    this.store = view.store;
    this.element = h("section", { class: "isen-card isen-stack-tight", hidden: true, "data-testid": "isen-practice-left" });
  }

  /** Asked for again whenever people or pictures have changed. @param {Isengard.State} state */
  show(state) {
    const made = state.generations ?? [];  // thousands: counted, not written out at every change
    const ended = made.filter((known) => ENDED.has(known.state)).length;
    const key = JSON.stringify([state.health?.boot_id, state.characters?.map(({ id, versions }) => [id, versions.length]), made.length, made[0]?.id, ended]);
    if (!state.health || key === this.#asked) return;
    this.#asked = key;
    this.#look();
  }

  /** Nobody asked for this: what goes wrong with it is not shown. */
  async #look() {
    await quietly(() => this.store.api.system.practice(), (left) => (this.#left = left));
    const { people = [], pictures = 0, loras = 0 } = this.#left ?? {};
    const names = few(people.map(({ name }) => name));
    const things = [people.length ? counted("practicePeople", people.length, { names }) : "", loras ? counted("practiceLoras", loras) : "", pictures ? counted("practicePictures", pictures) : ""].filter(Boolean);
    this.element.hidden = !things.length;
    this.element.replaceChildren(h("p", { text: t("practiceLeftOver", { things: listed(things) }) }),
      h("div", { class: "isen-row" }, button(t("practiceRemove"), () => this.#remove(), { testid: "isen-practice-remove" })));
  }

  async #remove() {
    const gone = await this.store.attempt((id) => this.store.api.system.removePractice(id));
    if (!gone) return;
    await this.store.refresh();
    const back = async () => {
      await this.store.attempt((id) => this.store.api.system.restorePractice(gone, id));
      await this.store.refresh();
    };
    offerUndo(this.view, t("practiceRemoved"), back);
  }
}
