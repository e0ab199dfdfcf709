/** Every key that means something in the panel, by the place where it does. The help is made from this table, and a test holds it against the handlers. Pure. */

/** `keys` as `event.key` says them, with what is held before a plus; `by`: not a handler of the panel's. @typedef {{keys: string[], does: string, by?: "browser" | "comfyui"}} Shortcut */
/** `at`: the element that has the keys, as a selector. @typedef {{id: string, at: string, shortcuts: Shortcut[]}} Place */

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const SIDES = ["ArrowLeft", "ArrowRight"];
const WITH_SHIFT = ARROWS.map((key) => `shift+${key}`);
/** @type {Shortcut} */
const MOVE_LARGER = { keys: ["ArrowUp", "ArrowDown"], does: "moveLarger" };
/** @type {Shortcut[]} */
const ZOOM = [{ keys: ["+", "=", "-"], does: "larger" }, { keys: ["0"], does: "whole" }, { keys: ["1"], does: "actual" }];

/** From the inside to the outside: the first that holds the focus is where somebody is. @type {Place[]} */
export const PLACES = [
  { id: "mask", at: ".isen-mask-stage", shortcuts: [
    { keys: ARROWS, does: "moveBrush" }, { keys: WITH_SHIFT, does: "moveFinely" }, { keys: [" ", "Enter"], does: "paint" }, { keys: ["Backspace"], does: "unpaint" }] },
  { id: "crop", at: ".isen-crop-box", shortcuts: [
    { keys: ARROWS, does: "moveFrame" }, { keys: WITH_SHIFT, does: "sizeFrame" }] },
  { id: "comparison", at: "dialog.isen-comparison", shortcuts: [
    { keys: SIDES, does: "slide" }, { keys: ["PageUp", "PageDown"], does: "other" }, { keys: ["x"], does: "swap" }, ...ZOOM, MOVE_LARGER] },
  { id: "culling", at: "dialog.isen-culling", shortcuts: [
    { keys: SIDES, does: "turn" }, { keys: ["k"], does: "keep" }, { keys: ["x"], does: "reject" }, { keys: ["u"], does: "undecided" }, { keys: ["b"], does: "bringBack" }] },
  { id: "viewer", at: "dialog.isen-viewer:not(.isen-comparison, .isen-culling)", shortcuts: [
    { keys: [...SIDES, "PageUp", "PageDown"], does: "turn" }, ...ZOOM, MOVE_LARGER, { keys: ["f"], does: "favourite" }, { keys: ["c"], does: "compare" }, { keys: ["Delete"], does: "delete" }] },
  { id: "photo", at: "dialog.isen-sheet:not(.isen-crop, .isen-onward, .isen-help)", shortcuts: [{ keys: SIDES, does: "turnPhoto" }] },
  { id: "photos", at: ".isen-strip", shortcuts: [
    { keys: ARROWS, does: "move" }, { keys: ["Home", "End"], does: "ends" }, { keys: [" "], does: "choose" }, { keys: WITH_SHIFT, does: "extend" },
    { keys: ["ctrl+a"], does: "all" }, { keys: ["Escape"], does: "none" }, { keys: ["Delete"], does: "delete" }] },
  { id: "gallery", at: ".isen-tiles", shortcuts: [
    { keys: ARROWS, does: "move" }, { keys: ["PageUp", "PageDown"], does: "pages" }, { keys: ["Home", "End"], does: "ends" }, { keys: [" "], does: "choose" },
    { keys: WITH_SHIFT, does: "extend" }, { keys: ["ctrl+a"], does: "all" }, { keys: ["Escape"], does: "none" }, { keys: ["f"], does: "favourite" },
    { keys: ["c"], does: "compare" }, { keys: ["Delete"], does: "delete" }] },
  { id: "prompt", at: '[data-testid="isen-prompt"]', shortcuts: [
    { keys: ["ctrl+Enter"], does: "make" }, { keys: ["ctrl+z"], does: "undoText" }, { keys: ["ctrl+shift+z", "ctrl+y"], does: "redo" }] },
  { id: "trainings", at: ".isen-job-item", shortcuts: [{ keys: ["alt+ArrowUp", "alt+ArrowDown"], does: "earlier" }] },
  { id: "tabs", at: ".isen-tabs", shortcuts: [{ keys: SIDES, does: "move" }, { keys: ["Home", "End"], does: "ends" }] },
  { id: "panel", at: ".isen-panel", shortcuts: [
    { keys: ["?"], does: "help" }, { keys: ["ctrl+z"], does: "undo" }, { keys: ["Escape"], does: "close", by: "browser" }, { keys: ["alt+shift+i"], does: "openPanel", by: "comfyui" }] },
];

/** All places, that in which the focus is first, and what holds everywhere after it. @param {Element | null} focus @returns {Place[]} */
export function placesFrom(focus) {
  const here = PLACES.find(({ at }) => focus?.closest(at));
  const everywhere = PLACES[PLACES.length - 1];
  return [...new Set([here ?? everywhere, everywhere, ...[...PLACES].reverse()])];
}

/** What is held and the key itself, one after the other. @param {string} keys @returns {string[]} */
export const partsOf = (keys) => keys.split(/\+(?=.)/);
