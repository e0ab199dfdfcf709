/** Which way one reads: where a language is written from right to left, the next thing is on the left, and so is its key. */

import { spoken } from "./words.js";

/** @type {Record<string, string>} */
const MIRRORED = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

export const isMirrored = () => spoken().dir === "rtl";

/** Whether a key is pressed together with one that makes it the browser's or the system's: Alt and Left is Back. @param {{ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event */
export const isCommand = ({ ctrlKey, metaKey, altKey }) => ctrlKey || metaKey || altKey;

/**
 * A key by its small letter: the one that lies there on an English keyboard where others stand on it (Ф, ㄹ), whether Caps Lock is on or not.
 * @param {{key: string, code?: string}} event
 */
export function letterOf({ key, code = "" }) {
  const [, latin] = /^Key([A-Z])$/.exec(code) ?? [];
  const letter = latin && key.length === 1 && key > "\x7f" ? latin : key;
  return letter.length === 1 ? letter.toLowerCase() : letter;
}

/** The arrow key as it would be from left to right: `ArrowRight` leads to what comes next. @param {string} key */
export function readingKey(key) {
  return (isMirrored() && MIRRORED[key]) || key;
}
