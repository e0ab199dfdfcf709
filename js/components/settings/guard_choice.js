/** Whether Isengard's link guards all of ComfyUI: recommended where other computers can reach it, from its next start on. */

import { button, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";
import { restartButton } from "../shared/restart.js";

/**
 * Nothing where only this computer reaches ComfyUI and nobody guards it.
 * @param {import("../../data/store.js").Store} store
 * @param {Isengard.Setting | undefined} item the setting, as the server describes it
 * @param {(name: string, value: string) => unknown} save
 */
export function guardChoice(store, item, save) {
  const open = store.state.health?.host?.loopback === false;
  if (!item || (!open && !item.value && !item.running)) return "";
  const waits = item.value !== item.running;
  return h("section", { class: "isen-card isen-stack-tight", "data-testid": "isen-guard" }, h("h3", { text: t("guardTitle") }),
    h("p", { text: t(item.running ? "guardOn" : "guardOff") }), !item.running && h("small", { class: "isen-muted", text: t("guardOpen") }),
    waits && h("div", { class: "isen-note isen-stack-tight", role: "status" }, h("p", { text: t("guardAfterRestart") }), restartButton(store)),
    item.editable
      ? h("div", { class: "isen-row" }, button(t(item.value ? "guardStop" : "guardStart"), () => save("guard_comfyui", item.value ? "0" : "1"), { kind: item.value ? "" : "primary", testid: "isen-guard-switch" }))
      : h("small", { class: "isen-muted", text: t("modeElsewhere") }));
}
