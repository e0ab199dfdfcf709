/** A graph in API format onto the canvas, by handles of the Custom Nodes SDK (docs/node-api/graph.md, slots.md, widgets.md). */

const COLUMN_PX = 380;
const ROW_PX = 420;
const ROWS = 3;
const MARGIN = 60;
const SMALLEST = 0.35;

/**
 * The values of `graph` onto the nodes that have its ids, as one step to undo; what makes a new seed at each run keeps this one.
 * @param {any} comfy @param {Isengard.Graph} graph
 */
export function fillGraph(comfy, graph) {
  comfy.graph.batch(() => {
    for (const node of comfy.graph.nodes()) fill(node, graph[node.id]?.inputs ?? {});
  });
}

/** Nodes, values and links of `graph` onto an empty canvas, as one step to undo. @param {any} comfy @param {Isengard.Graph} graph */
export function buildGraph(comfy, graph) {
  comfy.graph.batch(() => {
    /** @type {Record<string, any>} */
    const made = {};
    for (const [at, [id, { class_type: type }]] of Object.entries(graph).entries()) {
      made[id] = comfy.graph.add(type, { position: { x: Math.floor(at / ROWS) * COLUMN_PX, y: (at % ROWS) * ROW_PX } });
    }
    for (const [id, { inputs }] of Object.entries(graph)) {
      fill(made[id], inputs);
      for (const [name, value] of Object.entries(inputs)) if (Array.isArray(value)) made[value[0]]?.outputs.at(value[1])?.connectTo(made[id].id, name);
    }
  });
}

/** @param {any} node @param {Record<string, unknown>} inputs */
function fill(node, inputs) {
  for (const [name, value] of Object.entries({ ...inputs, control_after_generate: "fixed" })) {
    if (!Array.isArray(value)) node.widgets.get(name)?.setValue(value);
  }
}

/** Moves the view so that every node, or at least the first ones, lie right of `left`. @param {any} comfy @param {number} left */
export function showGraphBeside(comfy, left) {
  /** @type {{x: number, y: number, width: number, height: number}[]} */
  const boxes = comfy.graph.nodes().map((/** @type {any} */ node) => node.getBounds());
  if (!boxes.length || !comfy.graph.panBy) return;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - Math.min(...boxes.map((box) => box.x));
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - Math.min(...boxes.map((box) => box.y));
  const room = [globalThis.innerWidth - left - 2 * MARGIN, globalThis.innerHeight - 3 * MARGIN];
  comfy.graph.setZoom(Math.min(1, Math.max(SMALLEST, Math.min(room[0] / width, room[1] / height))));
  const seen = comfy.graph.nodes().map((/** @type {any} */ node) => node.getScreenRect()).filter(Boolean);
  if (!seen.length) return;
  const [x, y] = [Math.min(...seen.map((/** @type {any} */ box) => box.x)), Math.min(...seen.map((/** @type {any} */ box) => box.y))];
  comfy.graph.panBy({ x: left + MARGIN - x, y: 2 * MARGIN - y });
}
