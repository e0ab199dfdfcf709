/** What was measured of one version on the wall, in words and bars: match, copied photos, flexibility, and what speaks against it. */

import { h } from "../../lib/dom.js";
import { clauses, count, counted, decimal } from "../../lib/format.js";
import { isSame } from "../../data/likeness_rules.js";
import { t } from "../../locales/words.js";

/** A bar is coloured by where its value lies between the ends of `meter`: at or above `high` it is good, below `low` bad. */
const FULL = 1.001;
const ABOVE_ALL = 1.0005;
const KINDS = { good: { low: 0, high: 0 }, caution: { low: 0, high: ABOVE_ALL }, bad: { low: ABOVE_ALL, high: ABOVE_ALL } };

/** @param {Isengard.Measures} known @param {Isengard.Nearest | null} best @param {string} name @param {string} [other] what the best is called */
export function measures(known, best, name, other = best ? count(best.step) : "") {
  const { likeness, copied, told, flexible, faults } = known;
  return [
    h("div", { class: "isen-measures" },
      likeness !== null && bar(matchWords(known, best, other), likeness / top(known), faults.includes("unlike") ? "bad" : "good", range(known)),
      bar(copies(known), told ? copied / told : 0, faults.includes("copies") ? "bad" : copied ? "caution" : "good"),
      flexible !== null && bar(t("flexibility", { n: Math.round(100 * flexible) }), flexible, faults.includes("stiff") ? "bad" : "good", null, t("flexibilityHint"))),
    faults.length > 0 && h("p", { class: "isen-warn", "data-testid": "isen-wall-against", text: t("against", { why: clauses(faultWords(faults, name)) }) }),
  ];
}

/** @param {Isengard.Measures["faults"]} faults @param {string} name */
export const faultWords = (faults, name) => faults.map((fault) => t(`fault_${fault}`, { name }));

/** @param {Isengard.Measures} known */
export function copies({ copied, told }) {
  if (!told) return t("copiesUnknown");
  return copied ? counted("copiesSome", told, { copied: count(copied) }) : counted("copiesNone", told);
}

/** What the photos reach among themselves fills the bar. @param {Isengard.Measures} known */
const top = ({ own, likeness }) => Math.max(own ?? 1, likeness ?? 0);

/** @param {Isengard.Measures} known @param {Isengard.Nearest | null} best @param {string} other */
function matchWords({ file, likeness, low, high }, best, other) {
  const score = likeness === null ? "" : decimal(likeness, 2);
  const words = low === null || high === null ? t("measuredScore", { score }) : t("measuredBetween", { score, low: decimal(low, 2), high: decimal(high, 2) });
  return best && best.file !== file && isSame(likeness, best.score) ? t("measuredSame", { words, n: other }) : words;
}

/** Where the interval lies on the bar, in hundredths. @param {Isengard.Measures} known @returns {[number, number] | null} */
function range(known) {
  const { low, high } = known;
  if (low === null || high === null) return null;
  /** @param {number} score */
  const place = (score) => Math.round(Math.min(1, Math.max(0, score / top(known))) * 100);
  return [place(low), place(high)];
}

/** @param {string} words @param {number} share @param {keyof typeof KINDS} kind @param {[number, number] | null} [between] @param {string | null} [hint] */
function bar(words, share, kind, between = null, hint = null) {
  const value = Math.min(1, Math.max(0, share));
  const spread = between && h("span", { class: "isen-range", style: `inset-inline: ${between[0]}% ${100 - between[1]}%` });
  return h("div", { class: "isen-measure", title: hint },
    h("small", { text: words }), h("div", { class: "isen-ranged" }, h("meter", { min: 0, max: FULL, optimum: FULL, ...KINDS[kind], value, "aria-label": words }), spread));
}
