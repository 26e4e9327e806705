/** Plots over categories as SVG: columns, rows, lines and areas. */

import { s } from "./dom.js";

const TOP = 18;
const RIGHT = 14;
const HEIGHT = 190;
const LABEL = 12;
const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** About how wide a label is, in pixels. */
export const textWidth = (text) => [...text].length * LABEL * 0.56;

/** A value as it stands beside a mark. */
export const inDigits = (value) => numbers.format(value);

/** Upright bars, grouped by category. */
export function columns(figures, width) {
  const frame = upright(figures, width);
  const band = frame.width / figures.categories.length;
  const breadth = Math.min(46, (band * 0.72) / figures.series.length);
  const shown = figures.series.length === 1 || breadth > 26;
  const bars = figures.series.flatMap((one, index) => one.values.map((value, place) => {
    const left = frame.left + band * (place + 0.5) + breadth * (index - figures.series.length / 2);
    const [top, bottom] = [frame.y(Math.max(value, 0)), frame.y(Math.min(value, 0))];
    return s("g", {},
      s("path", { class: `fill-${index}`, d: roundedTop(left + 1, top, breadth - 2, bottom - top) }, tip(figures, one, place)),
      shown && fits(value, band) && label("value", left + breadth / 2, top - 5, inDigits(value)));
  }));
  return frame.plot(bars);
}

/** Lying bars, for names that would not fit below upright ones. */
export function rows(figures, width) {
  const count = figures.series.length;
  const thick = count === 1 ? 18 : 12;
  const step = thick * count + 12;
  const left = Math.min(width * 0.42, Math.max(...figures.categories.map(textWidth)) + 12);
  const most = Math.max(...figures.series.flatMap((one) => one.values), 1);
  const room = width - left - textWidth(inDigits(most)) - RIGHT;
  const bars = figures.categories.flatMap((name, place) => [
    label("category end", left - 8, place * step + (thick * count) / 2 + 5, shortened(name, left - 8)),
    ...figures.series.flatMap((one, index) => {
      const [top, length] = [place * step + index * thick, (Math.max(0, one.values[place]) / most) * room];
      return [
        s("rect", { class: "track", x: left, y: top + 1, width: room, height: thick - 2, rx: 4 }),
        s("rect", { class: `fill-${index}`, x: left, y: top + 1, width: Math.max(length, 2), height: thick - 2, rx: 4 }, tip(figures, one, place)),
        label("value start", left + length + 6, top + thick / 2 + 4, inDigits(one.values[place])),
      ];
    }),
  ]);
  return canvas(width, figures.categories.length * step - 6, bars);
}

/** Lines through points. */
export function lines(figures, width) {
  return curves(figures, width, false);
}

/** The same with the space below filled. */
export function areas(figures, width) {
  return curves(figures, width, true);
}

function curves(figures, width, filled) {
  const frame = upright(figures, width);
  const band = frame.width / figures.categories.length;
  const at = (place) => frame.left + band * (place + 0.5);
  const shown = figures.series.length === 1;
  const drawn = (one, index) => {
    const points = one.values.map((value, place) => [at(place), frame.y(value)]);
    const size = index ? 1.5 : band < 24 ? 2.5 : 4;
    const path = `M${points.map((point) => point.join(" ")).join("L")}`;
    const below = `${path}L${points.at(-1)[0]} ${frame.y(0)}L${points[0][0]} ${frame.y(0)}Z`;
    return [
      filled && s("path", { class: `area fill-${index}`, d: below }),
      s("path", { class: `line stroke-${index}`, d: path }),
      ...points.map(([x, y], place) => s("g", {},
        s("circle", { class: `dot stroke-${index}`, cx: x, cy: y, r: size }, tip(figures, one, place)),
        shown && fits(one.values[place], band) && label("value", x, y - 9, inDigits(one.values[place])))),
    ];
  };
  // The first is what it is about, so it lies on top of what it is compared with.
  return frame.plot(figures.series.map(drawn).reverse());
}

/** Axes, grid and scale of a plot with categories along the bottom. */
function upright(figures, width) {
  const values = figures.series.flatMap((one) => one.values);
  const ticks = ticksOf(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0], ticks.at(-1)];
  const left = Math.max(...ticks.map((tick) => textWidth(short.format(tick)))) + 12 + (figures.yLabel ? 18 : 0);
  const bottom = TOP + HEIGHT;
  const y = (value) => bottom - ((value - low) / (high - low)) * HEIGHT;
  const inner = width - left - RIGHT;
  const band = inner / figures.categories.length;
  const every = Math.ceil(Math.max(...figures.categories.map((name) => Math.min(textWidth(name), 84) + 8)) / band);
  const axes = [
    ...ticks.flatMap((tick) => [
      s("line", { class: tick ? "grid-line" : "base-line", x1: left, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      label("tick end", left - 8, y(tick) + 4, short.format(tick)),
    ]),
    ...figures.categories.map((name, place) => place % every === 0
      && label("category", left + band * (place + 0.5), bottom + 18, shortened(name, Math.max(band * every - 4, 24)))),
    figures.xLabel && label("axis", left + inner / 2, bottom + 38, figures.xLabel),
    figures.yLabel && s("text", { class: "axis", transform: `translate(12 ${TOP + HEIGHT / 2}) rotate(-90)` }, figures.yLabel),
  ];
  const height = bottom + (figures.xLabel ? 46 : 26);
  return { left, width: inner, y, plot: (marks) => canvas(width, height, [...axes, ...marks]) };
}

/** About five round numbers from at most `low` to at least `high`. */
function ticksOf(low, high) {
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((size) => size * power >= rough);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

const canvas = (width, height, parts) => s("svg", { viewBox: `0 0 ${width} ${height}`, width, height }, parts);
const label = (kind, x, y, words) => s("text", { class: kind, x, y }, words);
const fits = (value, room) => textWidth(inDigits(value)) < room + 2;

function tip(figures, one, place) {
  const name = figures.series.length > 1 ? `${one.name}, ` : "";
  return s("title", {}, `${name}${figures.categories[place]}: ${inDigits(one.values[place])}`);
}

function shortened(text, room) {
  if (textWidth(text) <= room) return text;
  const most = Math.max(1, Math.floor(room / (LABEL * 0.56)) - 1);
  return `${[...text].slice(0, most).join("").trimEnd()}…`;
}

function roundedTop(x, y, width, height) {
  const r = Math.min(4, width / 2, height);
  return `M${x} ${y + height}V${y + r}q0 ${-r} ${r} ${-r}h${width - 2 * r}q${r} 0 ${r} ${r}V${y + height}Z`;
}
