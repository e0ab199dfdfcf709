/** Whether trainings are real, and how to change that: from the next start of ComfyUI on, for which the line above every view has the button. */

import { button, h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

/**
 * @param {Isengard.Setting} item the setting, as the server describes it
 * @param {(name: string, value: string) => unknown} save
 */
export function modeChoice(item, save) {
  const running = item.running ?? item.value;
  const waits = item.value !== running;
  const other = item.value === "production" ? "fast-test" : "production";
  const words = other === "fast-test" ? t("practiceUse") : t("practiceLeave");
  return h("section", { class: "isen-card isen-stack-tight", "data-testid": "isen-mode" }, h("h3", { text: t("modeTitle") }),
    h("p", { text: t(`modeNow_${running}`) }),
    waits && h("p", { class: "isen-muted", role: "status", "data-testid": "isen-mode-waits", text: t("modeAfterRestart") }),
    item.editable
      ? h("div", { class: "isen-row" }, button(words, () => save("mode", other), { testid: "isen-mode-switch" }))
      : h("small", { class: "isen-muted", text: t("modeElsewhere") }));
}
