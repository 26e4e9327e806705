/** A pie as a ring, with its legend drawn beside or below. */

import { s } from "./dom.js";
import { inDigits } from "./plots.js";

const RADIUS = 78;
const HOLE = 48;
const LINE = 24;

/** Segments in the order in which they came, clockwise from the top. */
export function pie(segments, width) {
  const total = segments.reduce((sum, segment) => sum + segment.value, 0);
  const beside = width > 400;
  const middle = beside ? RADIUS + 8 : width / 2;
  let turned = 0;
  const slices = segments.map((segment, index) => {
    const share = segment.value / total;
    const slice = s("path", { class: `slice fill-${index}`, d: ring(middle, RADIUS + 6, turned, turned + share) },
      s("title", {}, `${segment.label}: ${inDigits(segment.value)}`));
    turned += share;
    return slice;
  });
  const left = beside ? 2 * RADIUS + 48 : width * 0.12;
  const top = beside ? RADIUS + 6 - (segments.length * LINE) / 2 : 2 * RADIUS + 28;
  const right = beside ? Math.min(width - 16, left + 300) : width * 0.88;
  const legend = segments.map((segment, index) => entry(segment, index, total, { left, right, y: top + index * LINE }));
  const height = beside ? Math.max(2 * RADIUS + 14, segments.length * LINE + 8) : top + segments.length * LINE;
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height }, slices,
    s("text", { class: "total", x: middle, y: RADIUS + 10 }, inDigits(total)),
    s("text", { class: "category", x: middle, y: RADIUS + 28 }, "in total"), legend);
}

function entry(segment, index, total, { left, right, y }) {
  const percent = Math.round((segment.value / total) * 100);
  return s("g", {},
    s("rect", { class: `fill-${index}`, x: left, y: y + 4, width: 12, height: 12, rx: 3 }),
    s("text", { class: "entry start", x: left + 20, y: y + 14 }, segment.label),
    s("text", { class: "value end", x: right, y: y + 14 }, `${inDigits(segment.value)} · ${percent}%`));
}

function ring(x, y, from, to) {
  // A full circle cannot be one arc: its two ends would coincide.
  const end = Math.min(to, from + 0.9999);
  const point = (turn, radius) => {
    const angle = (turn - 0.25) * 2 * Math.PI;
    return `${x + radius * Math.cos(angle)} ${y + radius * Math.sin(angle)}`;
  };
  const large = end - from > 0.5 ? 1 : 0;
  return `M${point(from, RADIUS)}A${RADIUS} ${RADIUS} 0 ${large} 1 ${point(end, RADIUS)}`
    + `L${point(end, HOLE)}A${HOLE} ${HOLE} 0 ${large} 0 ${point(from, HOLE)}Z`;
}
