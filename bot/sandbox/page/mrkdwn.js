/** Slack's mrkdwn as nodes. */

import { h, link } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";

const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<special>[^<>\\n]+)>",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
    "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
    ":(?<emoji>[a-z0-9_+-]+):",
  ].join("|"),
);

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const DAY = 86_400_000;

/** The three entities that Slack knows, undone. */
export const unescaped = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** A mrkdwn text as a list of nodes. `names` tells users and channels by id. */
export function mrkdwn(text, names) {
  return text.split(/```\n?([\s\S]+?)\n?```/).flatMap((part, index) => {
    if (index % 2) return [h("pre", {}, unescaped(part))];
    return lines(index ? part.replace(/^\n/, "") : part, names);
  });
}

/** A text object of Block Kit, `plain_text` or `mrkdwn`, as nodes. */
export function textOf(object, names) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return [object.emoji === false ? object.text : withEmoji(object.text)];
}

function lines(text, names) {
  const nodes = [];
  let quote = null;
  for (const [index, line] of text.split("\n").entries()) {
    const quoted = line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      quote.append(...inline(quoted[1], names));
      continue;
    }
    if (index && !quote) nodes.push(h("br"));
    quote = null;
    nodes.push(...inline(line, names));
  }
  return nodes;
}

function inline(text, names) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index) nodes.push(unescaped(rest.slice(0, found.index)));
    nodes.push(mark(found.groups, names));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(unescaped(rest));
  return nodes;
}

function mark(found, names) {
  if (found.code) return h("code", {}, unescaped(found.code));
  if (found.bold) return h("strong", {}, inline(found.bold, names));
  if (found.italic) return h("em", {}, inline(found.italic, names));
  if (found.strike) return h("s", {}, inline(found.strike, names));
  if (found.emoji) return emoji(found.emoji);
  return special(found.special, names);
}

function special(inside, names) {
  const [target, label] = inside.split(/\|(.*)/s);
  const words = label ? unescaped(label) : "";
  if (target.startsWith("@")) return mention(`@${names.user(target.slice(1)) || words || target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1)) || words || target.slice(1)}`);
  if (target.startsWith("!date^")) return date(target, words);
  if (target.startsWith("!")) return mention(`@${words || target.slice(1).split("^")[0]}`);
  return link(unescaped(target), words || unescaped(target).replace(/^mailto:/, ""));
}

const mention = (words) => h("span", { class: "mention" }, words);

function date(target, fallback) {
  const [, seconds, format = "", address] = target.split("^");
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return fallback;
  const words = format.replace(/\{(\w+)\}/g, (whole, name) => inWords(moment, name) ?? whole);
  const node = h("time", { datetime: moment.toISOString(), title: fallback || null }, words);
  return address ? link(unescaped(address), node) : node;
}

const DATES = {
  date: { year: "numeric", month: "long", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function inWords(moment, name) {
  if (name === "ago") return ago(moment);
  const near = name.endsWith("_pretty") && nearDay(moment);
  const style = DATES[name.replace("_pretty", "")];
  return near || (style && new Intl.DateTimeFormat(undefined, style).format(moment));
}

/** "today", "yesterday" or "tomorrow", or null for any other day. */
export function nearDay(moment) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.round((new Date(moment).setHours(0, 0, 0, 0) - midnight) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [unit, size] = [["day", 86_400], ["hour", 3600], ["minute", 60]].find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}
