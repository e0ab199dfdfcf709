/**
 * Drop-down lists on our nodes whose values are short names that never change: shown by the names that people gave.
 * What is saved, shared and sent stays the value.
 */

/** @typedef {{name: string, input: {required?: Record<string, any[]>, optional?: Record<string, any[]>}}} Definition */
/** @typedef {{name: string, value: unknown, options: {values?: string[], getOptionLabel?: (value?: string | null) => string}}} Widget */
/** @typedef {{target_id: number, target_slot: number}} Link */
/** @typedef {{inputs?: {name: string, linkIds: number[]}[], getLink: (id: number) => Link | undefined, getNodeById: (id: number) => Node | null}} Subgraph */
/** @typedef {{comfyClass?: string, type?: string, widgets?: Widget[], inputs?: {widget?: {name: string}}[], graph?: {nodes?: Node[]} | null, subgraph?: Subgraph}} Node */

const PEOPLE = "IsengardCharacter.character";

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

/** The widgets of a node that have such a list; a blueprint's stand for those of the nodes inside, with values of their own. @param {Node} node @returns {[Widget, string][]} */
function lists(node) {
  const type = node.comfyClass ?? node.type ?? "";
  return (node.widgets ?? []).flatMap((widget) => {
    const key = node.subgraph ? insideOf(node.subgraph, widget.name) : `${type}.${widget.name}`;
    return labels.has(key) ? [[widget, key]] : [];
  });
}

/** Which widget of a node inside an input of a subgraph leads to. @param {Subgraph} subgraph @param {string} name */
function insideOf(subgraph, name) {
  const link = subgraph.inputs?.find((input) => input.name === name)?.linkIds.map((id) => subgraph.getLink(id))[0];
  const node = link && subgraph.getNodeById(link.target_id);
  return `${node?.comfyClass ?? node?.type}.${node?.inputs?.[link?.target_slot ?? -1]?.widget?.name}`;
}

/** @param {Node} node */
export function showLabels(node) {
  for (const [widget, key] of lists(node)) widget.options.getOptionLabel = (value) => labels.get(key)?.[value ?? ""] ?? value ?? "";
}

/** Nodes of this moment, nobody chosen on them yet. @type {Node[]} */
const made = [];

/**
 * A node as it is made: nobody is chosen until it is known what was saved of it, and who it stands beside. One list by itself takes
 * the newest where everybody is on another one already; those that come together, as the two of a blueprint, are for several people.
 * @param {Node} node
 */
export function startNode(node) {
  showLabels(node);
  for (const [widget] of people(node)) widget.value = "";
  if (made.push(node) > 1) return;
  queueMicrotask(() => {
    const together = made.splice(0);
    for (const one of together) {
      const theirs = together.filter((other) => other.graph === one.graph).flatMap(people);
      chooseFirst(one, theirs.length === 1);
    }
  });
}

/** @param {Node} node */
const people = (node) => lists(node).filter(([, key]) => key === PEOPLE);

/** Who is on the other lists of this graph. @param {Node} node @param {Widget} widget */
function others(node, widget) {
  const nodes = new Set([node, ...(node.graph?.nodes ?? [])]);
  return new Set([...nodes].flatMap(people).flatMap(([other]) => (other === widget ? [] : [other.value])));
}

/**
 * Where nobody is chosen, the first of the list is: of people the newest who is on no other list of the graph, and nobody where all
 * are, or the newest `anyway`.
 * @param {Node} node
 */
export function chooseFirst(node, anyway = false) {
  for (const [widget, key] of lists(node)) {
    if (widget.value !== "") continue;
    const values = widget.options.values ?? [];
    const taken = key === PEOPLE ? others(node, widget) : new Set();
    widget.value = values.find((value) => !taken.has(value)) ?? (anyway ? values[0] : "") ?? "";
  }
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
