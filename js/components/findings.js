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
  choose_family: ["fixChooseModel", () => null],
  show_photos: ["fixShowPhotos", (id) => ({ tab: "characters", id })],
};

/** @param {import("../store.js").Store} store */
export function findingLine(store, { severity, message, fix }, characterId, family, chooseModel = () => {}) {
  const [word, route] = FIXES[fix] ?? [];
  const go = () => (fix === "choose_family" ? chooseModel() : store.go(route(characterId, family)));
  const page = fix === "enter_token" && licencePage(store, family);
  return h("li", { class: `isen-${severity}-line`, "data-severity": severity }, icon(MARKS[severity]),
    h("span", { class: "isen-grow" }, h("span", { class: "isen-hidden-text", text: `${t(`severity_${severity}`)}: ` }), message),
    page && h("a", { class: "isen-button isen-link", href: page, target: "_blank", rel: "noreferrer", text: t("fixLicence"), "data-testid": "isen-licence-page" }),
    word && characterId && button(t(word), go, { kind: "link", testid: `isen-fix-${fix}` }));
}

/** Where a model's licence is accepted: on the hub, by the id of our own record. */
function licencePage({ state }, key) {
  const hub = state.families.find((known) => known.key === key)?.hub ?? "";
  return /^[\w.-]+\/[\w.-]+$/.test(hub) ? `https://huggingface.co/${hub}` : "";
}
