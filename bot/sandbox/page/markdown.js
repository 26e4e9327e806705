/** The `markdown` block: common Markdown as nodes. */

import { h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const INLINE = /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]*)\]\(([^)\s]+)\)/;

/** Headings, lists, quotes, tables, code and paragraphs. */
export function markdown(text) {
  return text.split(/```\w*\n?([\s\S]+?)```/).flatMap((part, index) => {
    if (index % 2) return [h("pre", {}, part.trimEnd())];
    return part.split(/\n{2,}/).filter((chunk) => chunk.trim()).flatMap(chunkOf);
  });
}

function chunkOf(chunk) {
  const rows = chunk.trim().split("\n");
  if (rows.length > 1 && /^\|?[\s:|-]+\|?$/.test(rows[1]) && rows[1].includes("-")) return [tableOf(rows)];
  const nodes = [];
  for (const row of rows) addLine(nodes, row);
  return nodes;
}

function addLine(nodes, row) {
  const last = nodes.at(-1);
  const heading = row.match(/^(#{1,6})\s+(.*)$/);
  const bullet = row.match(/^\s*[-*+]\s+(.*)$/);
  const numbered = row.match(/^\s*\d+[.)]\s+(.*)$/);
  const quote = row.match(/^>\s?(.*)$/);
  if (heading) nodes.push(h(`h${Math.min(6, heading[1].length + 2)}`, {}, inline(heading[2])));
  else if (/^\s*([-*_]\s*){3,}$/.test(row)) nodes.push(h("hr"));
  else if (bullet) into(nodes, last, "ul").append(h("li", {}, inline(bullet[1])));
  else if (numbered) into(nodes, last, "ol").append(h("li", {}, inline(numbered[1])));
  else if (quote) into(nodes, last, "blockquote").append(h("div", {}, inline(quote[1])));
  else if (last?.tagName === "P") last.append(h("br"), ...inline(row));
  else nodes.push(h("p", {}, inline(row)));
}

function into(nodes, last, tag) {
  if (last?.tagName === tag.toUpperCase()) return last;
  const fresh = h(tag);
  nodes.push(fresh);
  return fresh;
}

function tableOf(rows) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => inline(cell.trim()));
  const body = rows.slice(2).map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, cell))));
  const head = h("tr", {}, cells(rows[0]).map((cell) => h("th", { scope: "col" }, cell)));
  return h("div", { class: "table-scroll" }, h("table", { class: "grid" }, h("thead", {}, head), h("tbody", {}, body)));
}

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index) nodes.push(withEmoji(rest.slice(0, found.index)));
    nodes.push(mark(found));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(withEmoji(rest));
  return nodes;
}

function mark([, code, bold, strong, strike, italic, emphasis, words, address]) {
  if (code) return h("code", {}, code);
  if (bold || strong) return h("strong", {}, inline(bold || strong));
  if (strike) return h("s", {}, inline(strike));
  if (italic || emphasis) return h("em", {}, inline(italic || emphasis));
  return link(address, ...inline(words || address));
}
