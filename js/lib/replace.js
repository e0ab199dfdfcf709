/** Finding and replacing in a caption. Pure. */

/** Scripts that put no spaces between words, as the server knows them: a trigger word may stand right beside them. */
const UNSPACED = ["Han", "Hiragana", "Katakana", "Bopomofo", "Hangul", "Thai", "Lao", "Khmer", "Myanmar"].map((name) => `\\p{Script=${name}}`).join("");
const BESIDE = `[^\\p{L}\\p{N}_]|[${UNSPACED}]`;

/** Every occurrence, whatever its case; spaces and commas that are left over go. @param {string} caption @param {string} find @param {string} put */
export function replaced(caption, find, put) {
  const text = caption.replace(new RegExp(escaped(find), "gi"), () => put);
  return put ? text : text.replace(/\s+,/g, ",").replace(/,(\s*,)+/g, ",").replace(/\s{2,}/g, " ").replace(/^[\s,]+|[\s,]+$/g, "");
}

/** Whether a caption holds the word as a word of its own. @param {string} caption @param {string} word */
export function hasWord(caption, word) {
  return new RegExp(`(?:^|${BESIDE})${escaped(word)}(?:${BESIDE}|$)`, "iu").test(caption);
}

/**
 * Whether it names the person: by the trigger word, or by what stands for it here and in AI-Toolkit's captions.
 * @param {string} caption @param {string} trigger
 */
export function hasTrigger(caption, trigger) {
  return hasWord(caption, trigger) || /\{trigger\}|\[(trigger|name)\]/i.test(caption);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
