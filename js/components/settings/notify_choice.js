/** Being told when a training has ended: asked for here, never by itself, as the browser remembers a refusal. */

import { h } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

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
