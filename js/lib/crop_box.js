/** Where a crop lies in a picture, in its pixels: moved, sized, given a shape, turned. Pure. */

/** Left, top, right and bottom. @typedef {[number, number, number, number]} Box */
/** Width and height of the picture. @typedef {[number, number]} Size */

/** Shorter side of a crop at least. */
export const LEAST = 64;
/** Width by height; 0 for any shape. */
export const SHAPES = { free: 0, square: 1, portrait: 3 / 4, landscape: 4 / 3 };

/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.max(low, Math.min(high, value));
/** @param {number[]} box @returns {Box} */
const rounded = (box) => /** @type {Box} */ (box.map(Math.round));

/** @param {Box} box @param {number} dx @param {number} dy @param {Size} size @returns {Box} */
export function moved([left, top, right, bottom], dx, dy, [width, height]) {
  const x = within(dx, -left, width - right);
  const y = within(dy, -top, height - bottom);
  return rounded([left + x, top + y, right + x, bottom + y]);
}

/**
 * With one edge or corner elsewhere ("n", "se", …); in a fixed shape the other side follows, as far as the picture goes.
 * @param {Box} box @param {string} edge @param {[number, number]} by @param {Size} size @param {number} shape @returns {Box}
 */
export function resized(box, edge, [dx, dy], size, shape) {
  let [left, top, right, bottom] = box;
  if (edge.includes("w")) left = within(left + dx, 0, right - LEAST);
  if (edge.includes("e")) right = within(right + dx, left + LEAST, size[0]);
  if (edge.includes("n")) top = within(top + dy, 0, bottom - LEAST);
  if (edge.includes("s")) bottom = within(bottom + dy, top + LEAST, size[1]);
  if (!shape) return rounded([left, top, right, bottom]);
  const byHeight = edge === "n" || edge === "s";
  const wide = byHeight ? (bottom - top) * shape : right - left;
  const room = [edge.includes("w") ? right : size[0] - left, edge.includes("n") ? bottom : size[1] - top];
  const width = Math.min(Math.max(wide, LEAST, LEAST * shape), room[0], room[1] * shape);
  const height = width / shape;
  return rounded([edge.includes("w") ? right - width : left, edge.includes("n") ? bottom - height : top,
    edge.includes("w") ? right : left + width, edge.includes("n") ? bottom : top + height]);
}

/** The largest of a shape round the box's middle that is no larger than the box, and at least as small as allowed. @param {Box} box @param {number} shape @param {Size} size @returns {Box} */
export function shaped([left, top, right, bottom], shape, size) {
  if (!shape) return [left, top, right, bottom];
  const [wide, high] = [right - left, bottom - top];
  const width = Math.min(Math.max(Math.min(wide, high * shape), LEAST, LEAST * shape), size[0], size[1] * shape);
  const height = width / shape;
  const x = within((left + right - width) / 2, 0, size[0] - width);
  const y = within((top + bottom - height) / 2, 0, size[1] - height);
  return rounded([x, y, x + width, y + height]);
}

/** How large a picture is once it is turned clockwise. @param {Size} size @param {number} turn @returns {Size} */
export const turnedSize = ([width, height], turn) => (turn % 180 ? [height, width] : [width, height]);

/** A box of a picture in the picture turned clockwise. @param {Box} box @param {number} turn @param {Size} size the picture's before @returns {Box} */
export function turned([left, top, right, bottom], turn, [width, height]) {
  if (turn === 90) return [height - bottom, left, height - top, right];
  if (turn === 180) return [width - right, height - bottom, width - left, height - top];
  return turn === 270 ? [top, width - right, bottom, width - left] : [left, top, right, bottom];
}

/** A box of the turned picture in the picture as it was. @param {Box} box @param {number} turn @param {Size} size the picture's before @returns {Box} */
export function unturned(box, turn, size) {
  return turned(box, (360 - turn) % 360, turnedSize(size, turn));
}
