/** What preflight found: a mark, a sentence, and where it can be put right. */

import { button, h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";

const MARKS = { error: "times-circle", warning: "exclamation-triangle", info: "info-circle", good: "check-circle" };
/** Fixes that a view of ours offers: what the button says and where it leads. */
const FIXES = {
  add_photos: ["fixAddPhotos", (id) => ({ tab: "characters", id })],
  setup_backend: ["fixSetup", () => ({ tab: "training", setup: true })],
  download_model: ["fixDownload", (id, family) => ({ tab: "training", model: family, train: id })],
  show_captions: ["fixCaptions", (id) => ({ tab: "characters", id })],
  enter_token: ["fixToken", () => ({ tab: "settings" })],
  free_disk: ["fixFree", () => ({ tab: "settings" })],
  move_data: ["fixFree", () => ({ tab: "settings" })],
  show_photos: ["fixShowPhotos", (id) => ({ tab: "characters", id })],
};

/** @param {import("../store.js").Store} store */
export function findingLine(store, { severity, message, fix }, characterId, family) {
  const [word, route] = FIXES[fix] ?? [];
  return h("li", { class: `isen-${severity}-line`, "data-severity": severity }, icon(MARKS[severity]),
    h("span", { class: "isen-grow" }, h("span", { class: "isen-hidden-text", text: `${t(`severity_${severity}`)}: ` }), message),
    word && characterId && button(t(word), () => store.go(route(characterId, family)), { kind: "link" }));
}
