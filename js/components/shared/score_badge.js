/** The numbers on a picture, person by person, and what they mean in words. */

import { h, icon } from "../../lib/dom.js";
import { measuredIn } from "../../data/likeness_rules.js";
import { decimal } from "../../lib/format.js";
import { t, wordOr } from "../../locales/words.js";
import { lookWords } from "./look_words.js";

/** @typedef {Record<string, string>} Names of people, by id */

/**
 * Coloured by their words; a warning on a picture that shows nothing; null where nothing was measured. `quiet`: numbers alone, nothing
 * where there is none.
 * @param {Isengard.Generation} generation @param {Names} names @param {Isengard.GeneratedImage} [image] @param {{quiet?: boolean}} [options]
 */
export function badge(generation, names, image = generation.images[0], { quiet = false } = {}) {
  const empty = lookWords(image);
  if (empty && !quiet) return h("span", { class: "isen-scores" }, h("span", { class: "isen-score isen-score-poor", title: empty, "data-testid": "isen-score", text: "!" }));
  const measured = measuredIn(generation, image).filter(({ likeness }) => !quiet || likeness.score !== null);
  if (!measured.length) return null;
  const alone = measured.length < 2;
  return h("span", { class: "isen-scores" }, ...measured.map(({ id, likeness }) =>
    h("span", { class: `isen-score isen-score-${likeness.copied ? "poor" : likeness.verdict}`, title: likenessWords(likeness, names[id] ?? t("gone"), alone), "data-testid": "isen-score" },
      likeness.copied && icon("copy"), likeness.score === null ? "–" : decimal(likeness.score, 2))));
}

/** What was measured of everybody in a picture, in words. @param {Isengard.Generation} generation @param {Names} names @param {Isengard.GeneratedImage} [image] */
export function measuredWords(generation, names, image) {
  const measured = measuredIn(generation, image);
  return measured.map(({ id, likeness }) => likenessWords(likeness, names[id] ?? t("gone"), measured.length < 2)).join(" · ");
}

/** @param {Isengard.Likeness} likeness @param {string} name @param {boolean} [alone] nobody else was measured in the picture */
export function likenessWords({ verdict, score, why = "", copied }, name, alone = true) {
  if (score === null) {
    const words = why ? wordOr(`unmeasured_${why}`, t("likeness_not_measurable")) : t("likeness_not_measurable");
    return alone ? words : t("ofPerson", { name, words });
  }
  const words = t(`likeness_${why === "uncalibrated" ? why : verdict}`, { score: decimal(score, 2), name });
  return copied ? t("copiesPhoto", { words }) : words;
}
