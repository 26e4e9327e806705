/** `table` and `data_table`. */

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { richText } from "./richtext.js";

const cellOf = (cell, names) => (cell.type === "rich_text" ? richText(cell, names) : withEmoji(cell.text ?? ""));
const isNumber = (cell) => cell?.type === "raw_number";

/** A plain table; its first row is the header. */
export function table(block, names) {
  const align = (column, cell) => block.column_settings?.[column]?.align ?? (isNumber(cell) ? "right" : "left");
  const [head, ...body] = block.rows.map((row, index) =>
    h("tr", {}, row.map((cell, column) =>
      h(index ? "td" : "th", { class: align(column, block.rows[1]?.[column] ?? cell), scope: index ? null : "col" }, cellOf(cell, names)))));
  return h("div", { class: "table-scroll" }, h("table", { class: "grid" }, h("thead", {}, head), h("tbody", {}, body)));
}

/** A table that is sorted by a click on a header and shows one page at a time. */
export function dataTable(block, names) {
  return new DataTable(block, names).node;
}

class DataTable {
  constructor(block, names) {
    [this.head, ...this.rows] = block.rows;
    this.names = names;
    this.rowHeader = block.row_header_column_index ?? 0;
    this.size = block.page_size ?? 5;
    this.page = 0;
    this.sorted = null;
    this.numeric = this.head.map((_, column) => this.rows.every((row) => isNumber(row[column])));
    this.body = h("tbody");
    this.pager = h("div", { class: "pager" });
    this.headers = this.head.map((cell, column) => this.header(cell, column));
    const grid = h("table", { class: "grid data" },
      h("caption", {}, block.caption), h("thead", {}, h("tr", {}, this.headers)), this.body);
    this.node = h("figure", { class: "data-table" }, h("div", { class: "table-scroll" }, grid), this.pager);
    this.draw();
  }

  header(cell, column) {
    const button = h("button", { type: "button", onclick: () => this.sort(column) },
      h("span", {}, withEmoji(cell.text ?? "")), h("span", { class: "arrow", "aria-hidden": "true" }));
    return h("th", { scope: "col", class: this.side(column) }, button);
  }

  side(column) {
    return this.numeric[column] ? "right" : "left";
  }

  /** First the order that a reader wants to see: numbers from the top, words from A. */
  sort(column) {
    const first = this.numeric[column] ? -1 : 1;
    const again = this.sorted?.column === column;
    this.sorted = { column, direction: again ? -this.sorted.direction : first };
    this.page = 0;
    this.rows.sort((one, other) => this.sorted.direction * compare(one[column], other[column]));
    this.draw();
  }

  turn(pages) {
    this.page += pages;
    this.draw();
  }

  draw() {
    const start = this.page * this.size;
    this.body.replaceChildren(...this.rows.slice(start, start + this.size).map((row) => this.row(row)));
    for (const [column, header] of this.headers.entries()) {
      const direction = this.sorted?.column === column ? this.sorted.direction : 0;
      header.setAttribute("aria-sort", { 1: "ascending", "-1": "descending", 0: "none" }[direction]);
    }
    this.drawPager(start);
  }

  row(row) {
    return h("tr", {}, row.map((cell, column) => {
      const isHeader = column === this.rowHeader;
      const attributes = { class: this.side(column), scope: isHeader ? "row" : null };
      return h(isHeader ? "th" : "td", attributes, cellOf(cell, this.names));
    }));
  }

  drawPager(start) {
    const total = this.rows.length;
    this.pager.hidden = total <= this.size;
    const end = Math.min(total, start + this.size);
    const button = (label, sign, pages, off) =>
      h("button", { type: "button", "aria-label": label, disabled: off, onclick: () => this.turn(pages) }, sign);
    this.pager.replaceChildren(
      h("span", {}, `${start + 1}–${end} of ${total}`),
      button("Previous page", "‹", -1, start === 0),
      button("Next page", "›", 1, end === total),
    );
  }
}

function compare(one, other) {
  if (isNumber(one) && isNumber(other)) return one.value - other.value;
  return String(one.text ?? "").localeCompare(String(other.text ?? ""), undefined, { numeric: true });
}
