/** Block Kit as nodes. */

import { chart } from "./charts.js";
import { h, safeUrl } from "./dom.js";
import { control, field } from "./elements.js";
import { markdown } from "./markdown.js";
import { textOf } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

/**
 * The nodes of `blocks`.
 *
 * `surface` knows `names` (users and channels by id) and `press({ block_id, action_id, option })`,
 * a promise.
 */
export function blocksOf(blocks, surface) {
  return blocks.map((block) => h("div", { class: `block ${block.type}`, "data-block": block.block_id }, nodesOf(block, surface)));
}

function nodesOf(block, surface) {
  const draw = Object.hasOwn(DRAW, block.type) ? DRAW[block.type] : unknown;
  return draw(block, surface);
}

const DRAW = {
  header: (block, { names }) => h("h3", {}, textOf(block.text, names)),
  section,
  context,
  divider: () => h("hr"),
  actions: (block, surface) => block.elements.map((element) => control(element, surface)),
  image: imageBlock,
  input: (block, surface) => field(block, surface),
  rich_text: (block, { names }) => richText(block, names),
  markdown: (block) => markdown(block.text),
  table: (block, { names }) => table(block, names),
  data_table: (block, { names }) => dataTable(block, names),
  data_visualization: (block) => chart(block),
  alert: (block, { names }) => h("div", { class: `alert-box ${block.level ?? "default"}` }, textOf(block.text, names)),
};

function section(block, surface) {
  const words = block.text && h("div", { class: "words" }, textOf(block.text, surface.names));
  const fields = block.fields?.length
    && h("div", { class: "fields" }, block.fields.map((text) => h("div", {}, textOf(text, surface.names))));
  const accessory = block.accessory
    && h("div", { class: "accessory" }, block.accessory.type === "image" ? image(block.accessory) : control(block.accessory, surface));
  return [h("div", { class: "section-body" }, words, fields), accessory];
}

function context(block, { names }) {
  return block.elements.map((element) =>
    element.type === "image" ? image(element) : h("span", {}, textOf(element, names)));
}

function imageBlock(block, { names }) {
  return h("figure", {}, block.title && h("figcaption", {}, textOf(block.title, names)), image(block));
}

/** A picture; its description in words where the address is missing, unsafe or unreachable. */
function image(element) {
  const words = h("span", { class: "no-image" }, element.alt_text);
  const src = safeUrl(element.image_url);
  if (!src) return words;
  const picture = h("img", { src, alt: element.alt_text, loading: "lazy", referrerpolicy: "no-referrer" });
  picture.addEventListener("error", () => picture.replaceWith(words));
  return picture;
}

function unknown(block) {
  return h("p", { class: "no-image" }, `This block (${block.type}) is not drawn here.`);
}
