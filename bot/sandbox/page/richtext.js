/** The `rich_text` block as nodes. */

import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";

/** The parts of a rich text. */
export function richText(block, names) {
  return (block.elements ?? []).map((part) => partOf(part, names));
}

function partOf(part, names) {
  const inside = () => (part.elements ?? []).map((element) => wordOf(element, names));
  switch (part.type) {
    case "rich_text_list": {
      const items = (part.elements ?? []).map((item) => h("li", {}, partOf(item, names)));
      return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` }, items);
    }
    case "rich_text_preformatted":
      return h("pre", {}, inside());
    case "rich_text_quote":
      return h("blockquote", {}, inside());
    default:
      return h("div", { class: "rich-section" }, inside());
  }
}

function wordOf(element, names) {
  const style = element.style ?? {};
  let node = plain(element, names);
  if (style.code) node = h("code", {}, node);
  if (style.strike) node = h("s", {}, node);
  if (style.italic) node = h("em", {}, node);
  if (style.bold) node = h("strong", {}, node);
  return node;
}

function plain(element, names) {
  switch (element.type) {
    case "link":
      return link(element.url, element.text || element.url);
    case "emoji":
      return emoji(element.name);
    case "user":
      return h("span", { class: "mention" }, `@${names.user(element.user_id) || element.user_id}`);
    case "channel":
      return h("span", { class: "mention" }, `#${names.channel(element.channel_id) || element.channel_id}`);
    case "broadcast":
      return h("span", { class: "mention" }, `@${element.range}`);
    case "date":
      return element.fallback ?? new Date(element.timestamp * 1000).toLocaleString();
    default:
      return element.text ?? "";
  }
}
