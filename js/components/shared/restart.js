/** ComfyUI restarted by a button, wherever somebody is told to restart it: what it loses is asked first, trainings go on. */

import { button, h } from "../../lib/dom.js";
import { counted } from "../../lib/format.js";
import { t } from "../../locales/words.js";
import { runningJobs } from "../../data/state.js";
import { closer, openDialog } from "./dialogs.js";

/** The server's own words, which are never translated. */
const ADVICE = /\brestart (ComfyUI|it)\b/i;

/** @param {{message?: string | null, hint?: string | null} | null | undefined} reason */
export function advisesRestart(reason) {
  return ADVICE.test(`${reason?.message ?? ""} ${reason?.hint ?? ""}`);
}

/** A host that cannot do it says so in `/health`. @param {Pick<Isengard.State, "health">} options */
export function canRestart({ health }) {
  return Boolean(health?.host?.can_restart);
}

/**
 * The button with a word on trainings, or null where it cannot be done. `can`: known from elsewhere than `/health`.
 * The desktop app starts and ends its ComfyUI itself: there it stays in words.
 * @param {import("../../data/store.js").Store} store
 */
export function restartButton(store, can = canRestart(store.state)) {
  if (!can || store.state.desktop) return null;
  const said = h("small", { class: "isen-muted", role: "status", text: runningJobs(store.state).length ? t("restartTrainings") : "" });
  /** @param {Event} event */
  const press = (event) => {
    const pressed = /** @type {HTMLElement} */ (event.currentTarget);
    return restart(store, /** @type {HTMLElement} */ (pressed.closest("isen-panel") ?? pressed), said);
  };
  return h("span", { class: "isen-row", "data-testid": "isen-restart-row" }, button(t("restartComfyui"), press, { icon: "refresh", testid: "isen-restart" }), said);
}

/** @param {Isengard.Store} store @param {HTMLElement} panel @param {HTMLElement} said */
async function restart(store, panel, said) {
  const standing = await store.attempt(() => store.api.comfyui.standing());
  if (!standing) return;
  if (standing.queue) askFirst(panel, standing.queue, () => order(store, said, { lose_queue: true }));
  else await order(store, said, {});
}

/**
 * The answer comes before ComfyUI goes; that it is away and back is told as always, and the word of it goes with another start.
 * @param {Isengard.Store} store @param {HTMLElement} said @param {Schema.Restart} body
 */
async function order(store, said, body) {
  const before = store.state.health?.boot_id;
  if (!(await store.attempt((id) => store.api.comfyui.restart(body, id)))) return;
  said.textContent = t("restarting");
  const stop = store.listen(({ health }) => {
    if (health?.boot_id === before) return;
    said.textContent = "";
    stop();
  });
}

/** @param {HTMLElement} panel @param {number} queued @param {() => unknown} go */
function askFirst(panel, queued, go) {
  const sure = button(t("restartAnyway"), () => (dialog.close(), go()), { kind: "danger", testid: "isen-restart-anyway" });
  const title = h("h2", { class: "isen-grow", text: t("restartComfyui") });
  const dialog = openDialog(panel, { label: t("restartComfyui"), kind: "isen-question" }, h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())),
    h("p", { "data-testid": "isen-restart-loses", text: counted("restartLoses", queued) }),
    h("div", { class: "isen-row" }, sure, button(t("cancel"), () => dialog.close(), { autofocus: true, testid: "isen-restart-cancel" })));
}
