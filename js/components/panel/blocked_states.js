/** What is shown instead of a view: our link is needed, or the server cannot work. */

import { ApiError } from "../../data/api.js";
import { button, field, h, icon, sends } from "../../lib/dom.js";
import { explained, said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { exchange, tokenIn } from "../../data/session.js";
import { advisesRestart, restartButton } from "../shared/restart.js";

/** @param {import("../../data/store.js").Store} store */
export function locked(store) {
  const here = h("div", { class: "isen-stack" });
  const refused = h("p", { class: "isen-error", role: "alert", hidden: true });
  offerLink(store, here, refused);
  const token = h("input", { type: "password", autocomplete: "off", required: true, "data-testid": "isen-token" });
  const open = () => unlock(store, tokenIn(token.value) || token.value.trim(), refused);
  return h("form", { class: "isen-stack", on: { submit: sends(open) } },
    h("h2", { tabindex: -1 }, icon("lock"), ` ${t("lockedTitle")}`),
    h("p", { text: t("locked") }), here, h("p", { class: "isen-muted", text: t("lockedHow") }),
    field(t("token"), token), refused,
    h("button", { type: "submit", class: "isen-primary isen-wide", text: t("unlock") }));
}

/** What stands against it is told in `refused`. @param {Isengard.Store} store @param {string} token @param {HTMLElement} refused */
async function unlock(store, token, refused) {
  try {
    refused.hidden = await exchange(store.api, token);
    refused.textContent = refused.hidden ? "" : t("tokenWrong");
    if (refused.hidden) await store.refresh();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refused.hidden = false;
    refused.textContent = explained(error);
  }
}

/**
 * On the computer that ComfyUI runs on nothing has to be looked up; elsewhere the server refuses, which is not shown.
 * @param {Isengard.Store} store @param {HTMLElement} place @param {HTMLElement} refused
 */
async function offerLink(store, place, refused) {
  try {
    const { links, token } = await store.api.system.sessionLink();
    const open = () => unlock(store, token, refused);
    /** @type {HTMLInputElement} */
    const link = h("input", { readonly: true, value: links.at(-1), "data-testid": "isen-link", on: { focus: () => link.select() } });
    place.append(button(t("unlockHere"), open, { kind: "primary", testid: "isen-unlock-here" }), field(t("linkElsewhere"), link, t("linkElsewhereHint")));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** The server's own words: what is wrong and what to do. @param {Isengard.Store} store @param {Isengard.ApiError | null} failure */
export function blocked(store, failure) {
  const again = h("div");
  if (advisesRestart(failure)) offerRestart(store, again);
  return h("div", { class: "isen-stack" },
    h("h2", { tabindex: -1 }, icon("exclamation-triangle"), ` ${t("blockedTitle")}`),
    h("p", { text: said(failure, "message") || t("offline", { s: 5 }) }), h("p", { class: "isen-muted", text: said(failure, "hint") }),
    button(t("tryAgain"), () => store.refresh(), { kind: "primary" }), again);
}

/**
 * There is no `/health` here; nobody asked for this, so what goes wrong with it is not shown.
 * @param {Isengard.Store} store @param {HTMLElement} place
 */
async function offerRestart(store, place) {
  try {
    const { can_restart: can } = await store.api.comfyui.standing();
    place.append(restartButton(store, can) ?? "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
