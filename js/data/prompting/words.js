/** Words put behind a prompt by a press, and taken out again. Pure. */

/** @param {string} text @param {string} words */
const placeOf = (text, words) => text.toLowerCase().indexOf(words.toLowerCase());

/** @param {string} text @param {string} words */
export const hasWords = (text, words) => placeOf(text, words) >= 0;

/** Behind a sentence they are one, behind anything else a part of it. @param {string} text @param {string} words */
export function withWords(text, words) {
  const said = text.replace(/[\s,]+$/, "");
  if (!said) return words;
  return /[.!?]$/.test(said) ? `${said} ${words[0].toUpperCase()}${words.slice(1)}.` : `${said}, ${words}`;
}

/** @param {string} text @param {string} words */
export function withoutWords(text, words) {
  const at = placeOf(text, words);
  if (at < 0) return text;
  const before = text.slice(0, at).replace(/[\s,]+$/, "");
  const after = text.slice(at + words.length);
  if (!before) return after.replace(/^[\s,]+/, "");
  return before + (/[.!?]$/.test(before) ? after.replace(/^\./, "") : after);
}
