/** What was found about a photo, in the panel's language and as it is now: twins that are gone are not told. */

import { t } from "../locales/words.js";

const KNOWN = new Set(["small", "dark", "blurred", "extreme_shape", "twin", "no_face", "several_faces", "other_person"]);

/** @returns {{code: string, message: string}[]} */
export function findingsNow(photo, list) {
  return photo.findings.flatMap((finding) => {
    if (!KNOWN.has(finding.code) || (finding.code === "twin" && !finding.other)) return [finding];
    const twin = list.findIndex((known) => known.id === finding.other);
    if (finding.code === "twin" && twin < 0) return [];
    return [{ code: finding.code, message: t(`finding_${finding.code}`, { w: photo.width, h: photo.height, n: twin + 1 }) }];
  });
}
