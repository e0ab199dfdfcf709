/** What was found about a photo and in its caption, in the panel's language and as it is now: twins that are gone are not told,
 * words that describe the person are marked where they stand. */

import { h } from "../../lib/dom.js";
import { counted, listed } from "../../lib/format.js";
import { t } from "../../locales/words.js";

const KNOWN = new Set(["small", "dark", "bright", "blurred", "extreme_shape", "twin", "same_shot", "animated", "no_face", "several_faces", "other_person", "two_people", "face_small", "face_turned", "face_blurred", "dark_glasses"]);

/** Said of a photo beside another one, which may be gone. */
const OF_TWO = new Set(["twin", "same_shot"]);

/** @returns {{code: string, message: string, other?: string}[]} @param {Isengard.Photo} photo @param {Isengard.Photo[]} list */
export function findingsNow(photo, list) {
  return photo.findings.flatMap((finding) => {
    if (!KNOWN.has(finding.code) || (OF_TWO.has(finding.code) && !finding.other)) return [finding];
    const other = list.findIndex((known) => known.id === finding.other);
    if (OF_TWO.has(finding.code) && other < 0) return [];
    const [most, fewer] = finding.counts ?? [];
    return [{ code: finding.code, other: finding.other, message: t(`finding_${finding.code}`, { w: photo.width, h: photo.height, n: other + 1, most, fewer }) }];
  });
}

/** Nothing where the caption is clean, or has been changed since it was looked at. @param {{caption: string, leaks?: Isengard.Leak[]}} options */
export function leakNote({ caption, leaks = [] }) {
  const standing = leaks.filter(({ word, at }) => caption.slice(at, at + word.length) === word);
  if (!standing.length) return [];
  const words = [...new Set(standing.map((leak) => leak.word.toLowerCase()))];
  const sentence = counted("leakWords", words.length, { words: listed(words.map((text) => t("quoted", { text }))) });
  return [h("p", { class: "isen-leaks", "data-testid": "isen-leaks" }, ...marked(caption, standing)), h("small", { class: "isen-warn-text", text: sentence })];
}

/** @param {string} caption @param {Isengard.Leak[]} leaks */
function marked(caption, leaks) {
  const parts = [];
  let end = 0;
  for (const { word, at } of leaks) {
    parts.push(caption.slice(end, at), h("mark", { text: word }));
    end = at + word.length;
  }
  return [...parts, caption.slice(end)];
}
