/** Help where one is: the keys of the place that has the focus before all others, and where to read on or ask. */

import { PLACES, partsOf, placesFrom } from "../../data/help/shortcuts.js";
import { button, h } from "../../lib/dom.js";
import { CHANGES, GUIDE, ISSUES, NODES, TROUBLES } from "../../data/help/links.js";
import { t } from "../../locales/words.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { openReport } from "./report_dialog.js";

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "-": "−" };
/** The same as + without Shift, on some keyboards. */
const UNNAMED = "=";

/** Once; pressed again it goes. @param {Isengard.Panel} panel */
export function openHelp(panel) {
  const open = /** @type {HTMLDialogElement | null} */ (panel.querySelector("dialog.isen-help"));
  if (open) return open.close();
  const places = placesFrom(document.activeElement);
  const title = h("h2", { tabindex: -1, class: "isen-grow", text: t("help") });
  const dialog = openDialog(panel, { label: t("help"), kind: "isen-help" },
    h("div", { class: "isen-row isen-top" }, title, closer(() => dialog.close())), helpLinks(),
    h("div", { class: "isen-row" }, button(t("reportTitle"), () => openReport(panel), { icon: "flag", testid: "isen-report" })),
    h("h3", { text: t("helpShortcuts") }), h("p", { class: "isen-muted", text: t("helpShortcutsHint") }), ...places.map(section));
  title.focus();
}

/** Where to read on, and where to ask. */
export function helpLinks() {
  return h("div", { class: "isen-stack-tight" },
    h("div", { class: "isen-row" }, link("helpGuide", GUIDE, "isen-guide"), link("helpNodes", NODES, "isen-guide-nodes"), link("helpTroubles", TROUBLES, "isen-guide-troubles"),
      link("helpChanges", CHANGES, "isen-changes"), link("helpIssues", ISSUES, "isen-issues")),
    h("small", { class: "isen-muted", text: t("helpOutside") }));
}

/** @param {string} words @param {string} href @param {string} testid */
function link(words, href, testid) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", text: t(words), "data-testid": testid });
}

/** @param {typeof PLACES[number]} place */
function section({ id, shortcuts }) {
  const rows = shortcuts.map(({ keys, does }) => h("tr", {}, h("td", {}, ...keys.filter((key) => key !== UNNAMED).map(drawn)), h("th", { scope: "row", text: t(`does_${does}`) })));
  return h("section", { "data-place": id }, h("h4", { text: t(`keysIn_${id}`) }), h("table", { class: "isen-table isen-keys" }, h("tbody", {}, ...rows)));
}

/** @param {string} keys */
function drawn(keys) {
  return h("span", { class: "isen-key-combination" }, ...partsOf(keys).map((key) => h("kbd", { text: nameOf(key) })));
}

/** What is written on it; a Mac's own key does what Ctrl does elsewhere. @param {string} key */
function nameOf(key) {
  if (key === "ctrl" && /Mac/.test(navigator.platform)) return "⌘";
  if (key === " ") return t("key_space");
  return SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : t(`key_${key}`));
}
