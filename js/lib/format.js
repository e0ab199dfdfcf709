/** Numbers, dates and lists for people, as the panel's language and the reader's region write them. */

import { pluralKey, regional, spoken, t } from "../locales/words.js";

/** Further back a date says more than a number of days. */
const MOST_DAYS = 30;
const MOST_LETTERS = 28;
const SHOWN_NAMES = 3;
const GIB = 2 ** 30;
/** Between facts beside one another; where the line ends there it stays with the one before. */
export const DOT = "\u00a0· ";
/** "And" joins nouns in these languages, and no verbs. */
const AND_FOR_THINGS_ONLY = ["ko", "zh"];

/** "about 20 s", "about 5 min", "about 1 h 10 min" @param {number | null | undefined} seconds */
export function about(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 60) return t("aboutSeconds", { n: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("aboutMinutes", { n: minutes });
  const [n, m] = [Math.floor(minutes / 60), minutes % 60];
  return m ? t("aboutHoursMinutes", { n, m }) : t("aboutHours", { n });
}

/** 2.1 GB @param {number} size */
export function bytes(size) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return t(`size_${units[unit]}`, { n: unit && value < 10 ? decimal(value, 1) : count(Math.round(value)) });
}

/** 1,430 @param {number} number */
export function count(number) {
  return new Intl.NumberFormat(regional()).format(number);
}

/** 0.80, with that many places @param {number} number @param {number} places @param {number} [most] */
export function decimal(number, places, most = places) {
  return new Intl.NumberFormat(regional(), { minimumFractionDigits: places, maximumFractionDigits: most }).format(number);
}

/** "83 %" @param {number} share 0 to 1 */
export function percent(share) {
  return t("percent", { n: count(Math.round(100 * share)) });
}

/** "Ann, Ben and Eve" @param {Iterable<string>} items */
export function listed(items) {
  return new Intl.ListFormat(regional(), { type: "conjunction" }).format(items);
}

/** "720 × 480 · seed 7": facts beside one another, without those there are none of. @param {Iterable<unknown>} facts */
export function dotted(facts) {
  return [...facts].filter(Boolean).join(DOT);
}

/** "small, dark, blurred": things beside one another, none of them the last. @param {Iterable<string>} items */
export function inRow(items) {
  return [...items].join(t("comma"));
}

/** "it copies photos and follows no prompt" @param {string[]} items */
export function clauses(items) {
  return AND_FOR_THINGS_ONLY.includes(spoken().code) ? inRow(items) : listed(items);
}

/** A few names and how many more there are. @param {string[]} names */
export function few(names) {
  const more = names.length - SHOWN_NAMES;
  return more > 0 ? t("namesAndMore", { names: inRow(names.slice(0, SHOWN_NAMES)), n: more }) : listed(names);
}

/** "1 training", "1,204 trainings", by the language's own rule. @param {string} key @param {number} number */
export function counted(key, number, more = {}) {
  return t(pluralKey(key, number), { n: count(number), ...more });
}

/** The memory of a GPU or a computer, as the server tells it: 9.5 GB @param {number} size */
export function memory(size) {
  return size < GIB / 10 ? t("size_MB", { n: count(Math.max(size > 0 ? 1 : 0, Math.round((size * 1000) / GIB))) }) : t("size_GB", { n: decimal(size / GIB, 1) });
}

/** How long something takes or took: 20 s, 5 min, 1.5 h @param {number} seconds */
export function span(seconds) {
  if (seconds < 60) return t("spanSeconds", { n: count(Math.round(seconds)) });
  return seconds < 3600 ? t("spanMinutes", { n: count(Math.round(seconds / 60)) }) : t("spanHours", { n: decimal(seconds / 3600, 1) });
}

/** A GPU's memory as it is sold: a card of 24 GB says 24 GB. @param {number} size */
export function videoMemory(size) {
  return t("size_GB", { n: count(Math.round(size / GIB)) });
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
  return t("daysAgo", { n: days });
}

/** A date in figures alone, as the language orders them. @param {string} iso */
export function day(iso) {
  return new Intl.DateTimeFormat(regional(), { day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date(iso));
}

/** As long as the server keeps what is deleted (core/storage/kept_in_trash.py). */
export const KEPT_DAYS = 30;

/** The date on which what was deleted then goes for good. @param {string} iso */
export function goneOn(iso) {
  return day(new Date(Date.parse(iso) + KEPT_DAYS * 24 * 3600 * 1000).toISOString());
}

/** A date and the minute, in figures alone; nothing where it is none. @param {string} iso */
export function moment(iso) {
  return written(iso, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** 14:32:05 @param {string} iso */
export function clock(iso) {
  return written(iso, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** A date and the second: what the minute does not tell apart. @param {string} iso */
export function instant(iso) {
  return written(iso, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/**
 * What each is called: the first way that tells it from the others, else by the last way and with a number, in their order.
 * @template T @param {T[]} things @param {...((thing: T) => string)} ways shortest first
 */
export function toldApart(things, ...ways) {
  const called = ways.map((way) => things.map((thing) => way(thing)));
  return things.map((_, at) => {
    const others = (/** @type {string[]} */ names) => names.filter((name) => name === names[at]).length > 1;
    const names = called.find((one) => !others(one));
    if (names) return names[at];
    const last = called[called.length - 1];
    if (!last[at]) return "";
    return inRow([last[at], `#${last.slice(0, at + 1).filter((name) => name === last[at]).length}`]);
  });
}

/** @param {string} iso @param {Intl.DateTimeFormatOptions} figures */
function written(iso, figures) {
  const when = new Date(iso);
  return Number.isNaN(when.getTime()) ? "" : new Intl.DateTimeFormat(regional(), figures).format(when);
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
