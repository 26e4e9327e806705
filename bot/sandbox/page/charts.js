/** `data_visualization`: the frame of a chart, its legend and what a screen reader says. */

import { h } from "./dom.js";
import { areas, columns, lines, rows, textWidth } from "./plots.js";
import { pie } from "./pie.js";

const NARROWEST = 240;
const WIDEST = 690;

/** A chart that is drawn anew whenever its place grows or shrinks. */
export function chart(block) {
  const { title, chart: data } = block;
  const canvas = h("div", { class: "canvas" });
  const legend = data.type !== "pie" && data.series.length > 1 ? legendOf(data.series.map((one) => one.name)) : null;
  const figure = h("figure", { class: "chart" }, h("figcaption", {}, title), legend, canvas);
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, entry.contentRect.width)));
    if (width === drawn) return;
    drawn = width;
    const plot = plotOf(data, width);
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", spoken(title, data));
    canvas.replaceChildren(plot);
  }).observe(canvas);
  return figure;
}

function plotOf(data, width) {
  if (data.type === "pie") return pie(data.segments, width);
  const figures = inOrder(data);
  if (data.type === "line") return lines(figures, width);
  if (data.type === "area") return areas(figures, width);
  const room = (width - 56) / figures.categories.length - 6;
  const fits = figures.categories.every((label) => textWidth(label) < room);
  return fits ? columns(figures, width) : rows(figures, width);
}

/** The values of each series in the order of the categories. */
function inOrder({ series, axis_config: axes }) {
  const ordered = series.map(({ name, data }) => {
    const values = new Map(data.map((point) => [point.label, point.value]));
    return { name, values: axes.categories.map((label) => values.get(label) ?? 0) };
  });
  return { categories: axes.categories, series: ordered, xLabel: axes.x_label, yLabel: axes.y_label };
}

function legendOf(names) {
  const item = (name, index) => h("li", {}, h("span", { class: `swatch tint-${index}` }), name);
  return h("ul", { class: "legend" }, names.map(item));
}

function spoken(title, data) {
  const say = (points) => points.map((point) => `${point.label} ${point.value}`).join(", ");
  const parts = data.type === "pie" ? [say(data.segments)] : data.series.map((one) => `${one.name}: ${say(one.data)}`);
  return `${title}, ${data.type} chart. ${parts.join(". ")}`;
}
