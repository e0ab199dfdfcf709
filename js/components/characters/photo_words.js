/** What was found about a photo, in the panel's language and as it is now: twins that are gone are not told. */

import { t } from "../../locales/words.js";

const KNOWN = new Set(["small", "dark", "bright", "blurred", "extreme_shape", "twin", "same_shot", "animated", "no_face", "several_faces", "other_person"]);

/** Said of a photo beside another one, which may be gone. */
const OF_TWO = new Set(["twin", "same_shot"]);

/** @returns {{code: string, message: string}[]} */
export function findingsNow(photo, list) {
  return photo.findings.flatMap((finding) => {
    if (!KNOWN.has(finding.code) || (OF_TWO.has(finding.code) && !finding.other)) return [finding];
    const other = list.findIndex((known) => known.id === finding.other);
    if (OF_TWO.has(finding.code) && other < 0) return [];
    return [{ code: finding.code, message: t(`finding_${finding.code}`, { w: photo.width, h: photo.height, n: other + 1 }) }];
  });
}
