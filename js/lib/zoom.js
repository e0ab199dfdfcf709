/** Where a picture lies in its frame. Shares of the picture, not pixels: two pictures of different sizes go in step with one of these. */

/**
 * `scale` 1 is the whole picture in its frame; `x` and `y`: the point of the picture, as a share of its sides, that is in the frame's middle.
 * @typedef {{scale: number, x: number, y: number}} Place
 * @typedef {{width: number, height: number}} Size
 */

/** @type {Place} */
export const WHOLE = { scale: 1, x: 0.5, y: 0.5 };
export const MOST = 16;
/** How much larger one press or one notch of a wheel makes it. */
export const STEP = 1.25;

/** The size of the whole picture in its frame; small ones are made larger. @param {Size} picture @param {Size} frame @returns {Size} */
export function fitted(picture, frame) {
  const share = Math.min(frame.width / picture.width, frame.height / picture.height) || 0;
  return { width: picture.width * share, height: picture.height * share };
}

/** Nothing beside the picture is shown where there is more of it. @param {Place} place @param {Size} whole the picture's size at scale 1 @param {Size} frame @returns {Place} */
export function held({ scale, x, y }, whole, frame) {
  const kept = Math.min(MOST, Math.max(1, scale));
  /** @param {number} at @param {number} inside @param {number} outside */
  const within = (at, inside, outside) => {
    const half = outside / (2 * inside * kept);
    return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, at));
  };
  return { scale: kept, x: within(x, whole.width, frame.width), y: within(y, whole.height, frame.height) };
}

/**
 * Larger or smaller by `factor`; what lies under a point of the frame (from its middle, in pixels) stays there.
 * @param {Place} place @param {number} factor @param {Size} whole @param {{x: number, y: number}} [under]
 * @returns {Place}
 */
export function zoomed({ scale, x, y }, factor, whole, under = { x: 0, y: 0 }) {
  const next = Math.min(MOST, Math.max(1, scale * factor));
  /** @param {number} side @param {number} at */
  const shift = (side, at) => (at / side) * (1 / scale - 1 / next);
  return { scale: next, x: x + shift(whole.width, under.x), y: y + shift(whole.height, under.y) };
}

/** Dragged by so many pixels. @param {Place} place @param {{x: number, y: number}} by @param {Size} whole @returns {Place} */
export function dragged({ scale, x, y }, by, whole) {
  return { scale, x: x - by.x / (whole.width * scale), y: y - by.y / (whole.height * scale) };
}

/** The scale at which one pixel of the picture is one of the screen. @param {Size} picture @param {Size} whole @param {number} [ratio] pixels of the screen in one of the page */
export function actual(picture, whole, ratio = 1) {
  return whole.width ? Math.max(1, picture.width / whole.width / ratio) : 1;
}
