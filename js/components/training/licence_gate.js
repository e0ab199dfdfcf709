/** A model behind a licence: its page, the token (written, never shown), and trying again. */

import { button, field, h } from "../../lib/dom.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";

const TOKENS = "https://huggingface.co/settings/tokens";

/**
 * @param {import("../../data/store.js").Store} store
 * @param {{label: string, page: string, needs_token: boolean}} family
 * @param {() => unknown} again what was refused, once more
 */
export function gateBox(store, family, again) {
  const token = h("input", { type: "password", autocomplete: "off", spellcheck: "false", placeholder: t(family.needs_token ? "notSet" : "isSet"), "data-testid": "isen-gate-token" });
  const saved = h("p", { class: "isen-muted", role: "status", hidden: true, "data-testid": "isen-gate-said" });
  const save = async () => {
    const text = token.value.trim();
    if (!text) return true;
    const changed = await store.attempt((id) => store.api.system.changeSettings({ hf_token: text }, id));
    if (!changed) return false;
    token.value = "";
    token.placeholder = t("isSet");
    saved.textContent = t("tokenSaved");
    saved.hidden = false;
    return true;
  };
  const retry = async () => {
    if (!(await save())) return;
    await store.refresh();
    await again();
  };
  return h("section", { class: "isen-card isen-stack", "data-testid": "isen-gate", "aria-label": t("gateTitle", { label: said(family, "label") }) },
    h("p", { text: t("gateWhat", { label: said(family, "label") }) }),
    h("div", { class: "isen-row" }, outside(t("openPage"), family.page, "isen-gate-page"), outside(t("getToken"), TOKENS, "isen-gate-tokens")),
    field(t("hfToken"), token, t("hfTokenHint")), saved,
    h("div", { class: "isen-row" }, button(t("tryAgain"), retry, { kind: "primary", testid: "isen-gate-again" }), button(t("saveToken"), () => (token.value.trim() ? save() : token.focus()), { testid: "isen-gate-save" })));
}

/** @param {string} text @param {string} href @param {string} testid */
function outside(text, href, testid) {
  return h("a", { class: "isen-button", href, target: "_blank", rel: "noopener noreferrer", "data-testid": testid }, text);
}
