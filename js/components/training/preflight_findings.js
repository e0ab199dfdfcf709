/** What preflight found: a mark, a sentence, and a button that puts it right or leads to where it can be. */

import { button, h, icon } from "../../lib/dom.js";
import { videoMemory } from "../../lib/format.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { giveConsent } from "../characters/consent.js";
import { restartButton } from "../shared/restart.js";

/** @type {Record<string, string>} */
const MARKS = { error: "times-circle", warning: "exclamation-triangle", info: "info-circle", good: "check-circle" };
/** @param {Place} place */
const person = (place) => ({ tab: "characters", id: place.characterId });
/** @param {Place} place */
const model = (place) => ({ tab: "training", model: place.family, train: place.characterId });
/**
 * Every fix that the server names: what the button says, and where it leads or what it does.
 * @type {Record<string, {word: string, route?: (place: Place) => Isengard.Route, act?: (place: Place) => unknown}>}
 */
export const FIXES = {
  add_photos: { word: "fixAddPhotos", route: person },
  confirm_consent: { word: "consentGive", act: confirmConsent },
  change_trigger: { word: "fixTrigger", route: person },
  show_captions: { word: "fixCaptions", route: person },
  show_photos: { word: "fixShowPhotos", route: person },
  setup_backend: { word: "fixSetup", route: () => ({ tab: "training", setup: true }) },
  choose_backend: { word: "openSetup", route: () => ({ tab: "training", setup: true }) },
  download_model: { word: "fixDownload", route: model },
  enter_token: { word: "fixLicence", route: model },
  free_disk: { word: "storageLowShow", route: () => ({ tab: "settings", storage: true }) },
  move_data: { word: "fixFree", route: () => ({ tab: "settings" }) },
  choose_memory: { word: "fixMemory", act: ({ view }) => view.chooseMemory() },
  choose_family: { word: "fixFamily", act: ({ view }) => view.chooseFamily() },
  edit_prompts: { word: "fixPrompts", act: ({ view }) => view.editAdvanced("sample_prompts") },
  check_again: { word: "fixAgain", act: ({ view }) => view.checkAgain() },
  free_gpu: { word: "fixFreeGpu", act: freeGpu },
};

/**
 * What the view of a training can do about its findings.
 * @typedef {Isengard.View & {chooseFamily: () => void, chooseMemory: () => void, editAdvanced: (name: "sample_prompts") => void, checkAgain: () => void}} TrainView
 */

/**
 * Where a finding is shown: for whom, for which model, in which view, and the element that says it.
 * @typedef {{characterId: string, family: string, view: TrainView, told?: HTMLElement}} Place
 */

/**
 * @param {import("../../data/store.js").Store} store
 * @param {{severity: string, message: string, fix: string}} finding
 * @param {Place | null} [place] null where a finding is only told
 */
export function findingLine(store, finding, place = null) {
  const { severity, fix } = finding;
  const { word, route, act } = FIXES[fix] ?? {};
  const told = h("span", {}, said(finding, "message"));
  const press = () => (route ? store.go(route(/** @type {Place} */ (place))) : act?.({ .../** @type {Place} */ (place), told }));
  return h("li", { class: `isen-${severity}-line`, "data-severity": severity }, icon(MARKS[severity]),
    h("span", { class: "isen-grow" }, h("span", { class: "isen-hidden-text", text: `${t("severityOf", { severity: t(`severity_${severity}`) })} ` }), told),
    word && place?.characterId && button(t(word), press, { kind: "link", testid: `isen-fix-${fix}` }));
}

/** @param {Place} place */
async function confirmConsent({ characterId, view }) {
  if (await giveConsent(view.store, characterId)) view.checkAgain();
}

/**
 * ComfyUI is asked at once; what it really let go of is measured and said.
 * @param {Place} place
 */
async function freeGpu({ told, view }) {
  const { store } = view;
  const answer = await store.attempt((id) => store.api.training.freeGpu(id));
  if (!answer?.gpu) return;
  if (!answer.comfyui_holds) return view.checkAgain();
  const holds = t("comfyuiHolds", { free: videoMemory(answer.gpu.free_bytes), total: videoMemory(answer.gpu.total_bytes), who: said(answer, "words") });
  // The view checks again by itself once another start of ComfyUI answers.
  told?.replaceChildren(`${holds} `, restartButton(store) ?? t("restartThenCheck"));
}
