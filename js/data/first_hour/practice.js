/** Practice mode: whether one is in it, and where it is offered. Pure. */

/** The modes as the environment and the settings call them: practice, where nothing is really trained, and the other. */
export const PRACTICE = "fast-test";
export const REAL = "production";

/** Whether the environment says which mode it is: then nothing here changes it. @param {Pick<Isengard.State, "health">} state */
export const isModeFixed = ({ health }) => health?.mode_fixed === true;

/** @param {Pick<Isengard.State, "health">} state */
export function isPractice({ health }) {
  return health?.mode === PRACTICE;
}

/** What is said of the mode above every view: that one is in it, or that it changes with the next start; null for nothing. @param {Pick<Isengard.State, "health">} state */
export function practiceOf({ health }) {
  if (!health) return null;
  const { mode, next_mode: next = mode } = health;
  return mode === REAL && next === REAL ? null : { mode, next };
}

/**
 * Whether practice mode is to be offered: something is missing, and it is neither used nor chosen already, nor kept from being chosen.
 * @param {Pick<Isengard.State, "health" | "backends">} state @param {boolean | null} canTrain null where nobody knows
 */
export function offersPractice(state, canTrain) {
  const trainer = state.backends.find((known) => known.default);
  return state.health !== null && !practiceOf(state) && !isModeFixed(state) && (canTrain === false || (trainer !== undefined && trainer.state.state !== "ready"));
}
