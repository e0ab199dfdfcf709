/** Going through a day's pictures, one key each: arrows move, K keeps and X rejects and go on to the next, U takes that back, B brings back. */

import { button, h, picture, say } from "../../lib/dom.js";
import { letterOf } from "../../locales/reading.js";
import { t } from "../../locales/words.js";
import { putPicture } from "../shared/coming_picture.js";
import { arrowOf, closer, openDialog } from "../shared/dialogs.js";
import { badgeOf, pictureWords } from "./day_words.js";

/** @typedef {{pictures: Isengard.DayPicture[], at: number, person: {id: string, name: string}, choose: (one: Isengard.DayPicture, choice: Schema.PictureChoice) => Promise<Isengard.DayPicture | null>}} Culled */

/** @param {Isengard.View} view @param {Culled} culled */
export function openCulling(view, { pictures, at: first, person, choose }) {
  const shown = [...pictures];
  /** How often each picture was decided on: only the answer to the last counts. @type {number[]} */
  const decided = [];
  /** Choices are sent one after the other, so that the last one stands. @type {Promise<unknown>} */
  let sent = Promise.resolve();
  let at = first;
  const { generations } = view.store.api;
  const image = h("img", { class: "isen-full", "data-testid": "isen-cull-picture" });
  const words = h("small", { class: "isen-grow isen-wrap" });
  const place = h("small", { class: "isen-muted", role: "status", "data-testid": "isen-cull-place" });
  const told = h("small", { role: "status", "aria-live": "polite", "data-testid": "isen-cull-told" });
  const mark = h("div", { class: "isen-scored" });
  const film = h("ul", { class: "isen-film isen-cull-film", "aria-label": t("dayCulling") });
  const frames = shown.map((one, index) => h("li", {}, frame(one, index)));
  film.append(...frames);

  /** @param {Isengard.DayPicture} one @param {number} index */
  function frame(one, index) {
    const open = button(pictureWords(one), () => go(index - at), { kind: "plain", bare: true, testid: "isen-cull-frame" });
    open.replaceChildren(picture(generations.thumbUrl({ id: one.generation_id }, one.image ?? { n: 0 }), ""));
    return open;
  }
  /** @param {number} move */
  const go = (move) => {
    at = Math.min(shown.length - 1, Math.max(0, at + move));
    show();
  };
  const show = () => {
    const one = shown[at];
    putPicture(image, generations.imageUrl({ id: one.generation_id }, one.image ?? { n: 0 }));
    image.alt = pictureWords(one);
    say(words, pictureWords(one));
    say(place, t("placeOf", { n: at + 1, count: shown.length }));
    const worn = badgeOf(one, person);
    mark.replaceChildren(...(worn ? [worn] : []));
    for (const [name, pressed] of /** @type {[keyof typeof keys, boolean][]} */ ([["k", one.choice === "keep"], ["x", one.choice === "reject"], ["u", !one.choice]])) keys[name].setAttribute("aria-pressed", String(pressed));
    keys.b.hidden = !one.aside;
    frames.forEach((item, index) => {
      if (index === at) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
      item.dataset.choice = shown[index].choice;
    });
    frames[at].scrollIntoView({ block: "nearest", inline: "center" });
    const next = shown[at + 1];
    if (next) new Image().src = generations.imageUrl({ id: next.generation_id }, next.image ?? { n: 0 });
  };
  /** Shown at once, and the next picture with it, however slow the line is; taken back where the server refuses. @param {Schema.PictureChoice} choice @param {string} said @param {number} move */
  const decide = async (choice, said, move) => {
    const index = at;
    const before = shown[index];
    const turn = (decided[index] = (decided[index] ?? 0) + 1);
    shown[index] = { ...before, ...(choice.choice === null || choice.choice === undefined ? {} : { choice: choice.choice }) };
    told.replaceChildren(h("span", { text: said })); // the same words once more are read aloud only as something new
    go(move);
    const answer = sent.then(() => choose(before, choice));
    sent = answer.catch(() => null);
    const kept = await answer;
    if (turn !== decided[index]) return;
    shown[index] = kept ?? before;
    show();
  };
  // none of them waits: a button that is busy would lose the next press
  const keys = {
    x: button(t("dayReject"), () => void decide({ choice: "reject" }, t("dayChosen_reject"), 1), { icon: "times", testid: "isen-cull-reject" }),
    u: button(t("dayUndecided"), () => void decide({ choice: "" }, t("dayChosen_"), 0), { icon: "undo", testid: "isen-cull-undecided" }),
    b: button(t("dayBack"), () => void decide({ back: true }, t("dayBroughtBack"), 1), { icon: "replay", testid: "isen-cull-back" }),
    k: button(t("dayKeep"), () => void decide({ choice: "keep" }, t("dayChosen_keep"), 1), { icon: "check", kind: "primary", testid: "isen-cull-keep" }),
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const move = arrowOf(event);
    if (move) {
      event.preventDefault();
      return go(move);
    }
    const key = /** @type {keyof typeof keys} */ (letterOf(event));
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !(key in keys) || keys[key].hidden) return;
    event.preventDefault();
    keys[key].click();
  };
  const dialog = openDialog(view, { label: t("dayCulling"), kind: "isen-viewer isen-culling", keys: pressed },
    h("div", { class: "isen-row isen-tight" }, place, words, mark, closer(() => dialog.close())),
    h("div", { class: "isen-viewer-picture" }, image),
    h("div", { class: "isen-row isen-cull-keys" }, button(t("previous"), () => go(-1), { icon: "chevron-left", bare: true, testid: "isen-cull-previous" }), keys.x, keys.u, keys.b, keys.k, button(t("next"), () => go(1), { icon: "chevron-right", bare: true, testid: "isen-cull-next" })),
    told, film, h("small", { class: "isen-muted isen-cull-help", text: t("dayKeys") }));
  show();
  dialog.focus();
  return dialog;
}
