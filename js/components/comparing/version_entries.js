/** What can be chosen of a person's versions, newest first, with what is known of each. */

import { count, decimal } from "../../lib/format.js";
import { bestOf, measuresOf } from "../../data/likeness_rules.js";
import { isPublished } from "../../data/versions.js";
import { t } from "../../locales/words.js";

/** [value, text]; each step once: of two trainings with the same step the newer one is meant. @param {Isengard.Version[]} versions */
export function versionEntries(versions) {
  if (!versions.length) return [];
  const known = new Map(versions.map((version) => [version.step, version]));
  const steps = [...known.values()].reverse().map((version) => [String(version.step), words(version)]);
  const best = bestOf(versions.filter(isPublished));
  return best ? [["best", t("bestStep", { n: count(best.step) })], ["last", t("last")], ...steps] : steps;
}

/** @param {Isengard.Version} version */
function words(version) {
  const measured = measuresOf(version);
  const said = [version.picked && t("yourChoice"), measured?.likeness && t("matches", { score: decimal(measured.likeness, 2) }), measured?.faults.includes("copies") && t("copiesPhotos")];
  return [t("stepNumber", { n: count(version.step) }), ...said.filter(Boolean)].join(" · ");
}
