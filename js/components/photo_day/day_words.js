/** What a picture of a photo day says of itself. */

import { runningDay } from "../../data/albums/photo_days.js";
import { DOT, brief, count, inRow } from "../../lib/format.js";
import { t, translated } from "../../locales/words.js";
import { badge } from "../shared/score_badge.js";

/** The way to a person's photo days, and how far the one that is being drawn is. @param {Isengard.State} state @param {{id: string, name: string}} person */
export function dayWords({ photoDays }, { id, name }) {
  const day = runningDay(photoDays, id);
  return day ? t("photoDayRunning", { n: day.drawn, count: day.drawn + day.left }) : t("photoDayOf", { name: brief(name) });
}

/** What a picture is of. @param {Isengard.DayPicture} one */
export function pictureWords({ style, scene, n, aside }) {
  const words = inRow([translated(style), translated(scene), count(n + 1)].filter(Boolean));
  return aside ? `${words}${DOT}${t(`dayAside_${aside}`)}` : words;
}

/** Its likeness, as everywhere. @param {Isengard.DayPicture} one @param {{id: string, name: string}} person */
export function badgeOf({ image }, { id, name }) {
  if (!image) return null;
  const generation = /** @type {Isengard.Generation} */ ({ images: [image], request: { characters: [{ id }] } });
  return badge(generation, { [id]: name }, image, { quiet: true });
}
