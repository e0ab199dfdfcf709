/** Building elements without ever parsing text as HTML: what is data stays data. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Isengard.Props} [props] `on` holds listeners, `class` and `text` what they say; false and null leave an attribute out
 * @param {...Isengard.Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  if (tag === "button") element.setAttribute("type", "button");
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  element.append(.../** @type {(Node|string)[]} */ (children.filter((child) => child !== null && child !== undefined && child !== false)));
  return element;
}

const LIVE = new Set(["value", "checked", "disabled", "selected", "open"]);

/** @param {HTMLElement} element @param {string} name @param {unknown} value */
function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "text") {
    element.textContent = /** @type {string} */ (value);
  } else if (LIVE.has(name)) {
    Object.assign(element, { [name]: value });
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** An icon of ComfyUI's own font; always decoration, so hidden from screen readers. @param {string} name */
export function icon(name) {
  return h("i", { class: `pi pi-${name}`, "aria-hidden": "true" });
}

/**
 * A button that cannot be pressed twice: until what it started has ended it says that it is busy.
 * @param {string} label
 * @param {(event: Event) => unknown} run
 * @param {{icon?: string, kind?: string, bare?: boolean, testid?: string} & Isengard.Props} [options]
 *   `bare`: only the icon is drawn, the label is its name and tooltip
 */
export function button(label, run, { icon: name = "", kind = "", bare = false, testid, ...props } = {}) {
  const classes = [bare ? "isen-icon" : "", kind && `isen-${kind}`].filter(Boolean).join(" ");
  const named = bare ? { "aria-label": label, title: label } : {};
  const element = h("button", { class: classes || null, "data-testid": testid, ...named, ...props }, name && icon(name), !bare && label);
  element.addEventListener("click", (event) => once(element, () => run(event)));
  return element;
}

/** Name a bare button anew, for whoever hears it and whoever rests on it. @param {HTMLElement} element @param {string} words */
export function rename(element, words) {
  for (const attribute of ["aria-label", "title"]) element.setAttribute(attribute, words);
}

/** `run`, unless it still runs; meanwhile the button says that it is busy, and keeps the focus, which a disabled one would lose. @param {HTMLElement} element @param {() => unknown} run */
export async function once(element, run) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await run();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** What a form does once it is sent: the page stays, and until `run` has ended it cannot be sent again. @param {() => unknown} run */
export function sends(run) {
  /** @param {Event} event */
  return (event) => {
    event.preventDefault();
    const { submitter } = /** @type {SubmitEvent} */ (event);
    return once(/** @type {HTMLElement} */ (event.target), () => (submitter ? once(submitter, run) : run()));
  };
}

/** A labelled field; `control` gets an id that the label points at. @param {string} label @param {HTMLElement} control */
export function field(label, control, hint = "") {
  const id = `isen-${++fieldCount}`;
  control.id = id;
  const help = hint ? h("small", { class: "isen-muted", id: `${id}-hint`, text: hint }) : null;
  if (help) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "isen-field" }, h("label", { for: id, text: label }), control, help);
}
let fieldCount = 0;

/** A sentence with an element in its gap. @param {string} sentence @param {string} gap @param {HTMLElement} element */
export function withElement(sentence, gap, element) {
  const [before, after = ""] = sentence.split(`{${gap}}`);
  return [before, element, after];
}

/** A square picture that keeps its place while it loads. @param {string} src @param {string} alt @param {Isengard.Props} props */
export function picture(src, alt, props = {}) {
  return h("img", { src, alt, loading: "lazy", decoding: "async", class: "isen-picture", ...props });
}

/** The text, only when it differs: nothing is read aloud twice. @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const TAKES_TEXT = 'input:not([type="radio"], [type="checkbox"], [type="range"], [type="file"]), textarea, [contenteditable]';

/** Whether text can be pasted there. @param {EventTarget | null} target */
export const takesText = (target) => isWithin(target, TAKES_TEXT);

/** Whether somebody writes there, so that letters are text. @param {EventTarget | null} target */
export const isWriting = (target) => isWithin(target, `${TAKES_TEXT}, select`);

/** @param {EventTarget | null} target @param {string} selector */
const isWithin = (target, selector) => Boolean(/** @type {Element | null} */ (target)?.closest?.(selector));
