/** What there is too little room for: words broken inside, a number without its unit, words cut off, buttons of many lines, tabs and a rail of two. */

/** What may break or be cut anywhere: files, code, what a person writes, what is only read aloud. */
const ANYWHERE = "pre, code, .isen-file, .isen-break, .isen-hidden-text, .isen-narrow-list thead, [contenteditable]";
/** Latin letters and Hangul: Korean breaks between words, Japanese and Chinese between letters. */
const WORD = /[\p{Script=Latin}\p{M}\d]{3,}|[\p{Script=Hangul}]{2,}/gu;
const UNITS = /\d[\u00a0 ](?:[kKMGT]?[Bo]|s|min|h|px|%|°C|秒|分|小|天|步|张)(?![\p{Script=Latin}\d])/gu;
const MOST_LINES = 2;
const ROUNDED = 1;
/** Lines lie on each other by a little; what stands beside a line does by more. */
const OVERLAP = 4;

/** What of `pattern` begins in one line and ends in the next. */
function torn(panel, pattern, name) {
  const wrong = [];
  const range = document.createRange();
  const texts = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const holder = node.parentElement;
    if (!holder.checkVisibility() || holder.closest(ANYWHERE) || getComputedStyle(holder).webkitLineClamp !== "none") continue;
    range.selectNodeContents(node);
    if (range.getClientRects().length < 2) continue;
    for (const { 0: found, index } of node.data.matchAll(pattern)) {
      range.setStart(node, index);
      range.setEnd(node, index + found.length);
      if (linesOf(range) > 1) wrong.push(name(found, holder));
    }
  }
  return [...new Set(wrong)];
}

const called = (element) => `${element.localName}.${element.className}`;
const linesOf = (range) => new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top))).size;

/** Words that begin in one line and end in the next, though no mark or space of theirs lets them: a column is too narrow for them. */
export const brokenWords = (panel) => torn(panel, WORD, (word, element) => `${word}: ${called(element)}`);

/** "5.6" in one line and "GB" in the next. */
export const splitUnits = (panel) => torn(panel, UNITS, (unit, element) => `${unit}: ${called(element)}`);

/** Elements whose words are wider than they and cut off; those that end in "…" mean it. */
export function clipped(panel) {
  const cut = (element) => ["hidden", "clip"].includes(getComputedStyle(element).overflowX) && getComputedStyle(element).textOverflow !== "ellipsis";
  return [...panel.querySelectorAll("*")].filter((element) => element.checkVisibility() && element.innerText?.trim() && !element.closest(ANYWHERE) && element.scrollWidth > element.clientWidth + ROUNDED && element.clientWidth && cut(element))
    .map((element) => `${called(element)} by ${element.scrollWidth - element.clientWidth} px: ${element.innerText.slice(0, 40)}`);
}

/** Buttons with more lines than one reads at a glance; those that hold a picture or a whole card are none. */
export function tallButtons(panel) {
  return [...panel.querySelectorAll("button, .isen-button, .isen-segment, .isen-tab")].filter((button) => {
    if (!button.checkVisibility() || button.querySelector("img, small, strong") || button.closest(ANYWHERE)) return false;
    return linesOfText(button) > MOST_LINES;
  }).map((button) => `${called(button)}: ${button.innerText}`);
}

function linesOfText(element) {
  const range = document.createRange();
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const boxes = [];
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (!node.parentElement.checkVisibility() || node.parentElement.closest(".isen-hidden-text")) continue;
    range.selectNodeContents(node);
    boxes.push(...range.getClientRects());
  }
  let lines = 0;
  let end = -Infinity;
  for (const { top, bottom } of boxes.sort((one, other) => one.top - other.top)) {
    if (top > end - OVERLAP) lines += 1;
    end = Math.max(end, bottom);
  }
  return lines;
}

/** The tabs, and the way from photos to pictures, where they take more than one line. */
export function wrappedRail(panel) {
  return [...panel.querySelectorAll(".isen-tabs, .isen-rail")].filter((row) => {
    const places = [...row.children].filter((step) => step.checkVisibility()).map((step) => Math.round(step.getBoundingClientRect().top));
    return new Set(places).size > 1;
  }).map((row) => `${row.className}: ${row.innerText.replaceAll("\n", " ")}`);
}

/** All of these. */
export const crowded = (panel) => [brokenWords, splitUnits, clipped, tallButtons, wrappedRail].flatMap((look) => look(panel));
