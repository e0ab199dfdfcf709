/** What a text was before: steps back and forth. Knows no element. */

/** What is typed without a pause is one step. */
const ONE_STEP_MS = 1000;
const MOST = 100;

export class Past {
  /** @param {string} text */
  constructor(text) {
    this.texts = [text];
    this.at = 0;
    this.kind = "";
    this.when = 0;
  }

  get text() {
    return this.texts[this.at];
  }

  /** What comes next is a step of its own. */
  part() {
    this.kind = "";
    this.when = 0;
  }

  /**
   * The text is this now; what is undone cannot be done again after that.
   * @param {string} text
   * @param {string} [kind] changes of one kind that follow each other at once are one step
   */
  note(text, kind = "", now = Date.now()) {
    if (text === this.text) return;
    const joined = kind !== "" && kind === this.kind && now - this.when < ONE_STEP_MS;
    this.texts.splice(joined ? this.at : this.at + 1, Infinity, text);
    this.texts.splice(0, this.texts.length - MOST);
    this.at = this.texts.length - 1;
    this.kind = kind;
    this.when = now;
  }

  /** @param {1 | -1} way @returns {string | null} null where there is nothing more */
  step(way) {
    if (!(this.at + way in this.texts)) return null;
    this.part();
    this.at += way;
    return this.text;
  }
}

/** Behind the last sign in which the second text is not the first. @param {string} before @param {string} after */
export function endOfChange(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return after.length - same;
}
