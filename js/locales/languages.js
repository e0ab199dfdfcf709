/** Every language of the panel by its code: its own name and its words. What one of them lacks is said in English. */

import en from "./en.js";

/** @type {Record<string, {name: string, words: Record<string, string>}>} */
export const LANGUAGES = {
  en: { name: "English", words: en },
};
