/** A mask as strokes of a round brush, in shares of the picture's sides: painted at any size, and taken back one by one. Pure but for `paint`. */

/** @typedef {{points: [number, number][], radius: number, erases: boolean}} Stroke `radius` as a share of the shorter side */

/** Longest side of the mask that is sent: it is brought to the picture's size there. */
export const SENT = 1024;
/** How far an arrow key moves the brush, and with Shift. */
const STEP = 0.04;
const FINE = 0.01;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/** @param {number} share */
const within = (share) => Math.min(1, Math.max(0, share));

/** Where an arrow key leads; null for another key. @param {[number, number]} at @param {{key: string, shiftKey: boolean}} event @returns {[number, number] | null} */
export function movedBy([x, y], { key, shiftKey }) {
  const by = ARROWS[key];
  const step = shiftKey ? FINE : STEP;
  return by ? [within(x + by[0] * step), within(y + by[1] * step)] : null;
}

/** The size of the mask for a picture. @param {{width: number, height: number}} picture @returns {[number, number]} */
export function maskSize({ width, height }) {
  const share = Math.min(1, SENT / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
}

/** Whether something is painted that was not erased as a whole: what the last strokes left cannot be told without pixels. @param {Stroke[]} strokes */
export const isPainted = (strokes) => strokes.some(({ erases }) => !erases);

/**
 * What was painted, in `colour`, on a canvas that is clear; erasing makes it clear again.
 * @param {CanvasRenderingContext2D} context @param {Stroke[]} strokes @param {string} colour
 */
export function paint(context, strokes, colour) {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.lineCap = context.lineJoin = "round";
  context.fillStyle = context.strokeStyle = colour;
  for (const { points, radius, erases } of strokes) {
    const thick = radius * Math.min(width, height);
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    context.lineWidth = 2 * thick;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x * width, y * height);
    context.stroke();
    const [[x, y]] = points;
    context.beginPath();
    context.arc(x * width, y * height, thick, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalCompositeOperation = "source-over";
}
