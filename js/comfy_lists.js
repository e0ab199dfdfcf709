/**
 * Drop-down lists on our nodes whose values are short names that never change: shown by the names that people gave.
 * What is saved, shared and sent stays the value.
 */

/** @typedef {{name: string, input: {required?: Record<string, any[]>, optional?: Record<string, any[]>}}} Definition */
/** @typedef {{name: string, value: unknown, options: {values?: string[], getOptionLabel?: (value?: string | null) => string}}} Widget */
/** @typedef {{comfyClass?: string, type?: string, widgets?: Widget[]}} Node */

/** `Node.input` → what to show for each value. @type {Map<string, Record<string, string>>} */
const labels = new Map();

/** @param {Definition} definition @returns {[string, any[]][]} */
function inputs({ input }) {
  return Object.entries({ ...input?.required, ...input?.optional });
}

/** Reads what ComfyUI tells of a node. @param {Definition} definition */
export function keepLabels(definition) {
  for (const [name, [, options]] of inputs(definition)) if (options?.labels) labels.set(`${definition.name}.${name}`, options.labels);
}

/** The widgets of a node that have such a list. @param {Node} node @returns {[Widget, string][]} */
function lists(node) {
  const type = node.comfyClass ?? node.type ?? "";
  return (node.widgets ?? []).flatMap((widget) => (labels.has(`${type}.${widget.name}`) ? [[widget, `${type}.${widget.name}`]] : []));
}

/** @param {Node} node */
export function showLabels(node) {
  for (const [widget, key] of lists(node)) widget.options.getOptionLabel = (value) => labels.get(key)?.[value ?? ""] ?? value ?? "";
}

/** Where nobody is chosen, the first of the list is: the newest. @param {Node} node */
export function chooseFirst(node) {
  for (const [widget] of lists(node)) if (widget.value === "") widget.value = widget.options.values?.[0] ?? "";
}

/** The list as it is now, in place: a subgraph shows the same one. @param {Node} node @param {Definition} definition */
export function renewList(node, definition) {
  const known = new Map(inputs(definition));
  for (const [widget] of lists(node)) {
    const [kind, options] = known.get(widget.name) ?? [];
    const values = Array.isArray(kind) ? kind : options?.options;
    if (!values || !widget.options.values) continue;
    widget.options.values.splice(0, Infinity, ...values);
    widget.options = { ...widget.options }; // a form reads names again when it gets other options
  }
  chooseFirst(node);
}
