/** "Improve this set": what is proposed for each photo, before and after side by side, made at once and taken back at once. */

import { button, h, say } from "../../../lib/dom.js";
import { DOT, counted, percent } from "../../../lib/format.js";
import { sentences, t } from "../../../locales/words.js";
import { closer, openDialog } from "../../shared/dialogs.js";
import { offerUndo } from "../../shared/view.js";

/** Crops of one request: what is done is told after each. */
const AT_ONCE = 3;
const AGAIN_MS = 150;
const LEFT = /** @type {const} */ (["few_pixels", "heads_touch", "who"]);

/** @typedef {Schema.CropProposal} Proposal */

/** @param {Isengard.View} view @param {string} characterId */
export function openImproveSet(view, characterId) {
  return new ImproveSet(view, characterId);
}

class ImproveSet {
  /** Those that are ticked. @type {Set<Proposal>} */
  chosen = new Set();
  /** What is shown of each. @type {Map<Proposal, HTMLElement>} */
  entries = new Map();

  /** @param {Isengard.View} view @param {string} characterId */
  constructor(view, characterId) {
    this.view = view;
    this.store = view.store;
    this.characterId = characterId;
    this.status = h("p", { class: "isen-muted", role: "status", "data-testid": "isen-improve-status" });
    this.progress = h("progress", { max: 1, value: 0, "aria-label": t("improveSet") });
    this.list = h("ul", { class: "isen-crops", "data-testid": "isen-improve-list", "aria-label": t("improveSet") });
    this.notes = h("div", { class: "isen-stack-tight isen-muted" });
    this.apply = button("", () => this.#apply(), { kind: "primary", testid: "isen-improve-apply", hidden: true });
    this.undo = button(t("improveUndo"), () => this.#undo(), { icon: "undo", testid: "isen-improve-undo", hidden: true });
    this.dialog = openDialog(view, { label: t("improveSet"), kind: "isen-improve", closed: () => (this.gone = true) },
      h("div", { class: "isen-row isen-top" }, h("h2", { class: "isen-grow", text: t("improveSet") }), closer(() => this.dialog.close())),
      h("p", { class: "isen-muted", text: t("improveWhat") }), this.status, this.progress, this.list, this.notes,
      h("div", { class: "isen-row isen-improve-foot" }, this.apply, this.undo));
    this.#look();
  }

  /** Asked again until all photos have been looked at. */
  async #look() {
    this.list.replaceChildren();
    this.notes.replaceChildren();
    this.apply.hidden = this.undo.hidden = true;
    for (;;) {
      const found = await this.store.ask(() => this.store.api.photos.improvements(this.characterId));
      if (this.gone) return;
      if (!found) return this.dialog.close();
      if (found.done) return this.#show(found);
      this.#tell(t("improveLooking", { n: found.looked, count: found.of }), found.looked / Math.max(1, found.of));
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** `share` null: nothing is going on. @param {string} text @param {number | null} share */
  #tell(text, share = null) {
    say(this.status, text);
    this.progress.hidden = share === null;
    this.progress.value = share ?? 0;
  }

  /** @param {Schema.Improvements} found */
  #show({ proposals, left, faces, batch }) {
    const photos = this.store.state.photos[this.characterId] ?? [];
    this.batch = batch;
    this.chosen = new Set(proposals);
    this.#tell(proposals.length ? counted("improveFound", proposals.length) : t("improveNone"));
    this.entries = new Map(proposals.flatMap((one) => {
      const at = photos.findIndex((photo) => photo.id === one.photo_id);
      return photos[at] ? [[one, this.#entry(one, photos[at], at + 1)]] : [];
    }));
    this.list.replaceChildren(...this.entries.values());
    const lines = LEFT.map((reason) => ({ reason, count: left.filter((one) => one.reason === reason).length })).filter(({ count }) => count);
    this.notes.replaceChildren(...lines.map(({ reason, count }) => h("p", { text: counted(`improveLeft_${reason}`, count) })), ...(faces ? [] : [this.#noFaces()]));
    this.undo.hidden = !batch;
    this.#count();
  }

  #noFaces() {
    const settings = () => { this.dialog.close(); this.store.go({ tab: "settings" }); };
    return h("div", { class: "isen-stack-tight" }, h("p", { text: t("improveNoFaces") }), button(t("settings"), settings, { icon: "cog", testid: "isen-improve-settings" }));
  }

  /** @param {Proposal} proposal @param {Isengard.Photo} photo @param {number} n */
  #entry(proposal, photo, n) {
    const tick = h("input", { type: "checkbox", checked: true, "data-testid": "isen-improve-tick", on: { change: () => {
      this.chosen[tick.checked ? "add" : "delete"](proposal);
      this.#count();
    } } });
    const { kind, before, after, replaces } = proposal;
    const shares = before === null || after === null ? "" : t("improveShares", { before: percent(before), after: percent(after) });
    return h("li", { class: "isen-card isen-stack-tight" },
      h("label", { class: "isen-check" }, tick, h("strong", { text: `${t("photo", { n })}${DOT}${t(`crop_${kind}`)}` })),
      h("div", { class: "isen-before-after" }, this.#figure(photo, [0, 0, photo.width, photo.height], t("improveBefore")), this.#figure(photo, proposal.box, t("improveAfter"))),
      h("small", { class: "isen-muted", text: sentences(t(`cropWhy_${kind}`), shares, t(replaces ? "cropInstead" : "cropBeside")) }));
  }

  /** A part of a photo, drawn by the browser alone. @param {Isengard.Photo} photo @param {number[]} box @param {string} word */
  #figure({ id, width, height }, [left, top, right, bottom], word) {
    const [wide, high] = [right - left, bottom - top];
    const place = [`inline-size:${(100 * width) / wide}%`, `block-size:${(100 * height) / high}%`, `left:${(-100 * left) / wide}%`, `top:${(-100 * top) / high}%`];
    const image = h("img", { src: this.store.api.photos.imageUrl(this.characterId, id, "full"), alt: "", loading: "lazy", decoding: "async", style: place.join(";") });
    return h("figure", {}, h("div", { class: "isen-part", style: `aspect-ratio:${wide} / ${high}` }, image), h("figcaption", { class: "isen-muted", text: word }));
  }

  #count() {
    this.apply.hidden = !this.chosen.size;
    say(this.apply, t("improveApply", { n: this.chosen.size }));
  }

  /** A few at a time, so that it is seen how far it is; all under one batch. Closed meanwhile, no more are made, and those that were can be taken back. */
  async #apply() {
    const wanted = [...this.chosen];
    let [batch, done, refused] = ["", 0, false];
    while (done < wanted.length && !this.gone && !refused) {
      this.#tell(t("improveMaking", { n: done, count: wanted.length }), done / wanted.length);
      const some = wanted.slice(done, done + AT_ONCE);
      const made = await this.store.attempt((id) => this.store.api.photos.improve(this.characterId, { crops: some.map(cropOf), batch }, id));
      refused = !made;
      batch = made?.batch ?? batch;
      if (made) done += some.length;
    }
    await this.store.loadPhotos(this.characterId);
    this.batch = batch || this.batch;
    const words = counted("improveMade", done);
    if (this.gone) return done && offerUndo(this.view, words, () => this.#back());
    this.#made(refused ? wanted.slice(0, done) : [...this.entries.keys()]);
    this.#tell(refused && !done ? counted("improveFound", this.entries.size) : words);
    if (!refused) this.undo.focus();
  }

  /** What is made goes out of the list; what was refused can be tried again. @param {Proposal[]} made */
  #made(made) {
    for (const one of made) {
      this.entries.get(one)?.remove();
      this.entries.delete(one);
      this.chosen.delete(one);
    }
    if (!this.entries.size) this.notes.replaceChildren();
    this.undo.hidden = !this.batch;
    this.#count();
  }

  #back() {
    return this.store.attempt((id) => this.store.api.photos.undoCrops(this.characterId, this.batch ?? "", id));
  }

  async #undo() {
    if (!(await this.#back())) return;
    await this.store.loadPhotos(this.characterId);
    await this.#look();
  }
}

/** @param {Proposal} proposal */
const cropOf = ({ photo_id, kind, box, replaces }) => ({ photo_id, kind, box, replaces, turn: /** @type {const} */ (0) });
