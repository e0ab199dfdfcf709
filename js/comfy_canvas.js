/** What is done to the canvas of ComfyUI's `app`: values onto nodes, and the view moved beside what covers it. */

/**
 * A node's widgets with the graph's values, as if somebody had chosen them: 1.32 shows on Vue nodes only what it is told of.
 * What makes a new seed at each run is set to keep this one.
 * @param {any} app @param {any} node @param {Record<string, unknown>} inputs
 */
export function fillWidgets(app, node, inputs) {
  for (const widget of node.widgets ?? []) {
    const value = widget.name === "control_after_generate" ? "fixed" : inputs[widget.name];
    if (value === undefined || Array.isArray(value) || widget.value === value) continue;
    widget.value = value;
    widget.callback?.(value, app.canvas, node);
  }
}

const MARGIN = 60;
const SMALLEST = 0.35;

/** Moves the view so that every node, or at least the first ones, lie in the free part of the window. @param {any} app @param {number} left */
export function showBeside(app, left) {
  /** @type {number[][]} */
  const boxes = app.graph.nodes.map((/** @type {{pos: number[], size: number[]}} */ node) => [...node.pos, node.pos[0] + node.size[0], node.pos[1] + node.size[1]]);
  if (!boxes.length) return;
  const [x, y] = [0, 1].map((at) => Math.min(...boxes.map((box) => box[at])));
  const [right, bottom] = [2, 3].map((at) => Math.max(...boxes.map((box) => box[at])));
  const room = [globalThis.innerWidth - left - 2 * MARGIN, globalThis.innerHeight - 3 * MARGIN];
  const scale = Math.min(1, Math.max(SMALLEST, Math.min(room[0] / (right - x), room[1] / (bottom - y))));
  const view = app.canvas.ds;
  view.scale = scale;
  view.offset[0] = (left + MARGIN) / scale - x;
  view.offset[1] = (2 * MARGIN) / scale - y;
  app.canvas.setDirty(true, true);
}
