/** A loss curve as SVG: every point faint, a running mean strong. */

const SPACE = "http://www.w3.org/2000/svg";
export const WIDTH = 280;
export const HEIGHT = 64;
const MOST_POINTS = 280;

/** Thin out to at most about MOST_POINTS, keeping the last one. @param {Isengard.LossPoint[]} points */
export function thinned(points) {
  const stride = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % stride === 0 || index === points.length - 1);
}

/** Exponential mean, so that the eye sees where the curve goes. @param {Isengard.LossPoint[]} points */
export function smoothed(points, weight = 0.85) {
  let mean = points.length ? points[0].loss : 0;
  return points.map((point) => {
    mean = weight * mean + (1 - weight) * point.loss;
    return { step: point.step, loss: mean };
  });
}

/** The range of all losses; both lines are drawn in it. @param {Isengard.LossPoint[]} points */
export function rangeOf(points) {
  const losses = points.map((point) => point.loss);
  return { low: Math.min(...losses), high: Math.max(...losses) };
}

/** "x,y x,y …" within WIDTH x HEIGHT; `total` steps fill the width. @param {Isengard.LossPoint[]} points @param {number} total */
export function polyline(points, total, range = rangeOf(points)) {
  const span = range.high - range.low || 1;
  const across = Math.max(total, points.at(-1)?.step ?? 1);
  return points
    .map((point) => {
      const x = (point.step / across) * WIDTH;
      const y = HEIGHT - 4 - ((point.loss - range.low) / span) * (HEIGHT - 8);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}

/** @param {Isengard.LossPoint[]} points @param {number} total @param {string} label */
export function lossCurve(points, total, label) {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("class", "isen-curve");
  const shown = thinned(points.filter((point) => Number.isFinite(point.loss)));
  const range = rangeOf(shown);
  for (const [kind, line] of Object.entries({ raw: shown, mean: smoothed(shown) })) {
    const element = document.createElementNS(SPACE, "polyline");
    element.setAttribute("points", polyline(line, total, range));
    element.setAttribute("class", `isen-curve-${kind}`);
    svg.append(element);
  }
  return svg;
}
