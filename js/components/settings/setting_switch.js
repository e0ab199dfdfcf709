/** A setting that is on or off, with what it does said below it. */

import { h } from "../../lib/dom.js";

/**
 * `matters` false: it does nothing as things stand, so it is shown as off and cannot be pressed.
 * @param {Isengard.Setting} item @param {{words: string, hint: string, save: (name: string, value: string) => Promise<boolean>, matters?: boolean}} shown
 */
export function settingSwitch(item, { words, hint, save, matters = true }) {
  /** @type {HTMLInputElement} */
  const box = h("input", {
    type: "checkbox", checked: Boolean(item.value) && matters, disabled: !item.editable || !matters, "data-testid": `isen-switch-${item.name}`,
    on: { change: async () => (await save(item.name, box.checked ? "1" : "0")) || (box.checked = !box.checked) },
  });
  return h("div", { class: "isen-stack-tight" }, h("label", { class: "isen-check" }, box, h("span", { text: words })), h("small", { class: "isen-muted", text: hint }));
}
