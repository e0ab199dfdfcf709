/** Being told when a training has ended: asked for here, never by itself, as the browser remembers a refusal. And how far it is, in the page's title. */

import { titleWanted, wantTitle } from "../../data/help/page_title.js";
import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

/** Whether the page's title says how far a training is: in this browser, at once. @param {Isengard.Store} store */
export function titleChoice(store) {
  /** @type {HTMLInputElement} */
  const box = h("input", { type: "checkbox", checked: titleWanted(), "data-testid": "isen-title", on: { change: () => (wantTitle(box.checked), store.set({})) } });
  return h("label", { class: "isen-check", title: t("titleSwitchHint") }, box, h("span", { text: t("titleSwitch") }));
}

/** @param {import("../../data/notices.js").Notices | null | undefined} notices */
export function notifyChoice(notices) {
  if (!notices?.possible) return [];
  const refused = h("p", { class: "isen-warn", role: "alert", hidden: true, text: t("notifyRefused") });
  const change = async () => {
    const asked = box.checked;
    box.checked = await notices.want(asked);
    refused.hidden = box.checked === asked;
  };
  const box = h("input", { type: "checkbox", checked: notices.wanted, "data-testid": "isen-notify", on: { change } });
  return [h("label", { class: "isen-check", title: t("notifyHint") }, box, h("span", { text: t("notify") })), refused];
}
