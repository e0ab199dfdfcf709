/** Whether somebody has said that these photos may be used: once, quietly, and before anything is trained. */

import { button, h, icon } from "../../lib/dom.js";
import { t } from "../../locales/words.js";

/** @param {import("../../data/store.js").Store} store @param {Isengard.Character} character */
export function consentNote(store, { id, consent }) {
  if (consent) return h("small", { class: "isen-muted", "data-testid": "isen-consent-note" }, icon("check"), ` ${t("consentNote")}`);
  return h("div", { class: "isen-note isen-row", "data-testid": "isen-consent-missing" }, h("span", { text: t("consentMissing") }),
    button(t("consentGive"), () => giveConsent(store, id), { testid: "isen-consent-give" }));
}

/** The person as they are now; null where it could not be kept. @param {Isengard.Store} store @param {string} id */
export async function giveConsent(store, id) {
  return store.keepCharacter(await store.attempt((action) => store.api.characters.update(id, { consent: true }, action)));
}
