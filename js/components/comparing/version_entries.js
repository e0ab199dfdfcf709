/** What can be chosen of a person's versions, newest first, with what is known of each. */

import { count, decimal } from "../../lib/format.js";
import { bestOf, measuresOf } from "../../data/likeness_rules.js";
import { isPublished, keyOf } from "../../data/versions.js";
import { t } from "../../locales/words.js";
import { VersionNames } from "../shared/version_names.js";

/**
 * [value, text] of the best, the last and each version; its training is told where several have left some.
 * @param {Isengard.Version[]} versions @param {Pick<Isengard.State, "jobs" | "backends">} [known]
 */
export function versionEntries(versions, known) {
  if (!versions.length) return [];
  const names = new VersionNames(versions, known);
  const newest = new Map(versions.map((version) => [keyOf(version), version]));
  const steps = [...newest.values()].reverse().map((version) => [keyOf(version), words(version, names)]);
  const best = bestOf(versions.filter(isPublished));
  return best ? [["best", inShort(t("bestStep", { n: count(best.step) }), names.training(best))], ["last", t("last")], ...steps] : steps;
}

/**
 * What a choice among the entries asks for.
 * @param {string} value
 * @returns {Pick<Schema.CharacterOrder, "checkpoint" | "job_id">}
 */
export function useOf(value) {
  const [job, step] = value.split(" ");
  if (step !== undefined) return { checkpoint: Number(step), job_id: job };
  return { checkpoint: value === "last" ? "last" : "best" };
}

/** @param {Isengard.Version} version @param {VersionNames} names */
function words(version, names) {
  const measured = measuresOf(version);
  return inShort(t("stepNumber", { n: count(version.step) }), names.training(version), version.picked && t("yourChoice"), measured?.likeness && t("matches", { score: decimal(measured.likeness, 2) }), measured?.faults.includes("copies") && t("copiesPhotos"));
}

/** @param {...(string | number | false | null | undefined)} parts */
const inShort = (...parts) => parts.filter(Boolean).join(" · ");
