/** How far a training is, in the page's title; switched off in this browser alone. Knows no element. */

import { lasting } from "../../lib/memory.js";
import { t } from "../../locales/words.js";
import { shareOf } from "../state.js";

const KEY = "isengard.title";
/** What waits, or is set up, is nothing to be watched. */
const GOING = new Set(["running", "pausing", "cancelling"]);

export const titleWanted = (memory = lasting()) => memory?.getItem(KEY) !== "0";

/** @param {boolean} on */
export function wantTitle(on, memory = lasting()) {
  memory?.setItem(KEY, on ? "1" : "0");
}

/** '' where nothing is to be said. @param {Isengard.State} state */
export function titleOf({ jobs, characters }, memory = lasting()) {
  const job = titleWanted(memory) && jobs?.find((known) => known.kind === "training" && GOING.has(known.state));
  if (!job) return "";
  const name = characters?.find((known) => known.id === job.character_id)?.name ?? t("gone");
  return t("titleProgress", { percent: Math.round(100 * shareOf(job)), name });
}
