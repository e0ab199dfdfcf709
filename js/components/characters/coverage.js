/** What a person's photos cover: a few sentences, and a small chart whose bars show only the photos behind them. */

import { button, h, icon, say } from "../../lib/dom.js";
import { coverageOf } from "../../lib/coverage.js";
import { chartOf, unevenOf } from "../../lib/coverage_chart.js";
import { count, inRow } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { t, wordOr } from "../../locales/words.js";
import { findingsNow } from "./photo_words.js";

/** @typedef {import("../../lib/coverage_chart.js").Row} Row */
/** @typedef {import("../../lib/coverage_chart.js").Kind} Kind */

export class Coverage {
  /** Which bar is pressed, as `row_kind`; several, with spaces between, where somebody was sent here for them. */
  pressed = "";
  /** @type {Row[]} */ rows = [];
  /** What `filtered` was told last, as text. */
  told = "null";
  /** What was shown last. @type {Isengard.Photo[] | null} */ list = null;

  /** @param {(only: string[] | null) => void} filtered told the ids of the photos to show; null for all */
  constructor(filtered) {
    this.filtered = filtered;
    this.lines = h("ul", { class: "isen-findings", "aria-label": t("coverage"), "data-testid": "isen-coverage" });
    this.summary = h("summary", { "data-testid": "isen-chart" });
    this.chart = h("div", { class: "isen-chart" });
    this.fold = h("details", { class: "isen-fold", hidden: true }, this.summary, this.chart, h("small", { class: "isen-muted", text: t("chartHint") }));
    this.said = h("span", { class: "isen-grow" });
    this.note = h("div", { class: "isen-row", role: "status", hidden: true }, icon("filter"), this.said,
      button(t("showAllPhotos"), () => this.#press(""), { kind: "link", testid: "isen-show-all" }));
    /** Stands right above the photos, which it filters. */
    this.kinds = h("div", { class: "isen-stack-tight" }, this.fold, this.note);
  }

  /** Hundreds of photos are compared pairwise: only where the list has changed, and not with each line of a training's log. @param {Isengard.Photo[]} list */
  show(list) {
    if (list === this.list) return;
    this.list = list;
    const judged = list.map((photo) => ({ ...photo, findings: findingsNow(photo, list) }));
    const lines = coverageOf(judged);
    this.lines.hidden = !lines.length;
    fill(this.lines, lines, () => lines.map(line));
    this.rows = chartOf(judged);
    this.count = list.length;
    this.#draw();
  }

  #draw() {
    const { thin, much } = unevenOf(this.rows);
    const [few, many] = [thin, much].map((names) => inRow(names.map((name) => t(`kind_${name}`))));
    say(this.summary, few && many ? t("chartBoth", { few, many }) : few ? t("chartThin", { kinds: few }) : many ? t("chartMuch", { kinds: many }) : t("chartTitle"));
    this.fold.hidden = !this.rows.length;
    fill(this.chart, [this.rows, this.pressed], () => this.rows.map((row) => this.#row(row)));
    const chosen = this.#chosen();
    if (this.rows.length && !chosen.length) this.pressed = "";
    this.note.hidden = !chosen.length;
    const only = chosen.length ? [...new Set(chosen.flatMap(({ kind }) => kind.ids))] : null;
    const [first] = chosen;
    if (first) say(this.said, t("onlyShown", { row: t(`chart_${first.row}`), kind: inRow(chosen.map(({ row, kind }) => wordOf(row, kind.key))), n: only?.length, count: this.count }));
    if (JSON.stringify(only) === this.told) return;
    this.told = JSON.stringify(only);
    this.filtered(only);
  }

  /** @returns {{row: string, kind: Kind}[]} */
  #chosen() {
    const names = this.pressed.split(" ");
    return this.rows.flatMap(({ key: row, kinds }) => kinds.filter((kind) => kind.ids.length && names.includes(`${row}_${kind.key}`)).map((kind) => ({ row, kind })));
  }

  /** Show the photos that carry one of these findings, once they are here. @param {string[]} codes */
  find(codes) {
    this.pressed = codes.map((code) => `found_${code}`).join(" ");
    this.#draw();
  }

  /** @param {string} name */
  #press(name) {
    this.pressed = name === this.pressed ? "" : name;
    this.#draw();
  }

  /** Kinds of a row share the photos, as long as the most frequent of them is; findings are each a part of all. @param {Row} options */
  #row({ key, kinds }) {
    const most = key === "found" ? this.list?.length ?? 1 : Math.max(...kinds.map((kind) => kind.ids.length));
    return h("div", { class: "isen-chart-row", role: "group", "aria-label": t(`chart_${key}`) }, h("span", { class: "isen-muted", "aria-hidden": "true", text: t(`chart_${key}`) }),
      h("div", { class: "isen-kinds" }, ...kinds.map((kind) => this.#bar(key, kind, most))));
  }

  /** As long as there are photos of it; without any it cannot be pressed. @param {string} row @param {Kind} kind @param {number} most */
  #bar(row, { key, ids, thin }, most) {
    const word = wordOf(row, key);
    const rare = thin && h("small", { class: "isen-few" }, icon("exclamation-triangle"), ids.length ? t("kindFew") : t("kindNone"));
    if (!ids.length) return h("span", { class: "isen-kind" }, word, rare);
    const name = `${row}_${key}`;
    const bar = button(word, () => this.#press(name), {
      kind: "kind", testid: `isen-kind-${name}`, "aria-pressed": String(this.pressed.split(" ").includes(name)), style: `--isen-share:${Math.round((100 * ids.length) / most)}%`,
    });
    bar.append(" ", h("b", { text: count(ids.length) }), ...(rare ? [" ", rare] : []));
    return bar;
  }
}

/** The panel's word for a kind; a newer version's as it comes. @param {string} row @param {string} key */
function wordOf(row, key) {
  return wordOr(row === "found" ? `found_${key}` : `kind_${row}_${key}`, key.replaceAll("_", " "));
}

/** @param {import("../../lib/coverage.js").Line} options */
function line({ key, values, hint }) {
  return h("li", { class: hint ? "isen-info-line" : "isen-warning-line" }, icon(hint ? "info-circle" : "exclamation-triangle"), h("span", { class: "isen-grow", text: t(key, values) }));
}
