/** Building elements without ever parsing text as HTML: what is data stays data. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] `on` holds listeners, `class` and `text` what they say; false and null leave an attribute out
 * @param {...(Node|string|null|false|undefined)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  if (tag === "button") element.setAttribute("type", "button");
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "text") {
    element.textContent = value;
  } else if (name === "value" || name === "checked" || name === "disabled") {
    element[name] = value;
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** An icon of ComfyUI's own font; always decoration, so hidden from screen readers. */
export function icon(name) {
  return h("i", { class: `pi pi-${name}`, "aria-hidden": "true" });
}

/** A labelled field; `control` gets an id that the label points at. */
export function field(label, control, hint = "") {
  const id = `isen-${++fieldCount}`;
  control.id = id;
  const help = hint ? h("small", { class: "isen-muted", id: `${id}-hint`, text: hint }) : null;
  if (help) control.setAttribute("aria-describedby", help.id);
  return h("div", { class: "isen-field" }, h("label", { for: id, text: label, title: hint || null }), control, help);
}
let fieldCount = 0;

/** A square picture that keeps its place while it loads. */
export function picture(src, alt, props = {}) {
  return h("img", { src, alt, loading: "lazy", decoding: "async", class: "isen-picture", ...props });
}

/** Replace the children only when `key` differs from last time: nothing jumps, focus stays where it is. */
export function fill(element, key, make) {
  const text = JSON.stringify(key);
  if (element.dataset.isenKey === text) return;
  element.dataset.isenKey = text;
  element.replaceChildren(...[make()].flat().filter(Boolean));
}
