/** Numbers for people. */

import { pluralKey, regional, t } from "../locales/words.js";

/** Further back a date says more than a number of days. */
const MOST_DAYS = 30;
const MOST_LETTERS = 28;

/** "about 20 s", "about 5 min", "about 1 h 10 min" @param {number | null | undefined} seconds */
export function about(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 60) return t("aboutSeconds", { n: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("aboutMinutes", { n: minutes });
  const [n, m] = [Math.floor(minutes / 60), minutes % 60];
  return m ? t("aboutHoursMinutes", { n, m }) : t("aboutHours", { n });
}

/** 2.1 GB @param {number} count */
export function bytes(count) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** 1,430 @param {number} number */
export function count(number) {
  return new Intl.NumberFormat(regional()).format(number);
}

/** "1 training", "1,204 trainings", by the language's own rule. @param {string} key @param {number} number */
export function counted(key, number, more = {}) {
  return t(pluralKey(key, number), { ...more, n: count(number) });
}

/** A GPU's memory as it is sold: a card of 24 GB says 24 GB. @param {number} size */
export function videoMemory(size) {
  return `${Math.round(size / 2 ** 30)} GB`;
}

/** A name as it fits on a button; titles and headings have it in full. @param {string} name */
export function brief(name) {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join("")}…` : name;
}

/** "just now", "12 min ago", "3 h ago", "2 days ago", "08/20/2026" @param {string} iso */
export function ago(iso, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(iso)) / 60000);
  if (!Number.isFinite(minutes)) return "";
  if (minutes < 1) return t("justNow");
  if (minutes < 60) return t("minutesAgo", { n: minutes });
  if (minutes < 60 * 24) return t("hoursAgo", { n: Math.floor(minutes / 60) });
  const days = Math.floor(minutes / (60 * 24));
  if (days > MOST_DAYS) return day(iso);
  return days === 1 ? t("yesterday") : t("daysAgo", { n: days });
}

/** A date in figures alone, as the language orders them. @param {string} iso */
export function day(iso) {
  return new Intl.DateTimeFormat(regional(), { day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date(iso));
}

/** What the end of a loss curve says: falling, settling, or not yet anything. @param {Isengard.LossPoint[]} points */
export function lossMeaning(points) {
  if (points.length < 12) return "";
  const part = Math.max(4, Math.floor(points.length / 4));
  /** @param {Isengard.LossPoint[]} list */
  const mean = (list) => list.reduce((sum, point) => sum + point.loss, 0) / list.length;
  const before = mean(points.slice(-2 * part, -part));
  const after = mean(points.slice(-part));
  return after < before * 0.97 ? "falling" : "settling";
}
