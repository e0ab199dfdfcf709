/** Reporting a problem: what the form will hold is shown first, then one press saves the report here and opens the form, where it is sent or not. */

import { h, icon } from "../../lib/dom.js";
import { newIssue } from "../../data/help/links.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";

/** @param {Isengard.Panel} panel */
export async function openReport(panel) {
  const { store, frontend } = panel;
  const draft = await store.attempt(() => store.api.system.issueDraft(frontend?.report()));
  if (!draft) return;
  const title = h("h2", { tabindex: -1, class: "isen-grow", text: t("reportTitle") });
  const done = h("p", { role: "status" });
  /** @type {HTMLAnchorElement} */
  const saved = h("a", { href: store.api.system.diagnosticsUrl(frontend?.report()), download: "isengard-diagnostics.zip", hidden: true });
  const go = h("a", { class: "isen-button isen-primary", href: newIssue(draft), target: "_blank", rel: "noopener noreferrer", "data-testid": "isen-report-go", on: { click: () => (saved.click(), (done.textContent = t("reportDone"))) } }, icon("external-link"), t("reportGo"));
  const dialog = openDialog(panel, { label: t("reportTitle"), kind: "isen-question isen-report" },
    h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())), h("p", { text: t("reportWhat") }),
    h("p", { class: "isen-muted", text: t("reportShown") }), h("pre", { class: "isen-log", tabindex: 0, "aria-label": t("reportShown"), "data-testid": "isen-report-body", text: `${draft.title}\n\n${draft.body}` }),
    h("div", { class: "isen-row" }, go), saved, h("small", { class: "isen-muted", text: t("reportAttach") }), done);
  title.focus();
}
