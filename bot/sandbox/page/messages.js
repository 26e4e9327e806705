/** Messages as nodes: who, when, what, and who may see it. */

import { blocksOf } from "./blocks.js";
import { h, s } from "./dom.js";
import { emoji } from "./emoji.js";
import { mrkdwn, nearDay } from "./mrkdwn.js";

const SHORT_THREAD = 3;
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });

/** When a message was sent. */
export const momentOf = (message) => new Date(Number(message.ts) * 1000);

/** A line between two days. */
export function dayLine(moment) {
  const near = nearDay(moment);
  const words = near ? near[0].toUpperCase() + near.slice(1) : weekday.format(moment);
  return h("li", { class: "day", role: "separator" }, h("span", {}, words));
}

/** One message with its thread; `surface` as for blocks. */
export function messageNode(message, { author, surface, replies = [] }) {
  const moment = momentOf(message);
  const isApp = Boolean(author.is_bot);
  const head = h("div", { class: "by" },
    h("span", { class: "author" }, author.real_name),
    isApp && h("span", { class: "badge" }, "App"),
    h("time", { datetime: moment.toISOString(), title: full.format(moment) }, clock.format(moment)));
  const body = h("div", { class: "message-body" },
    message.only_for && privateNote(), head, contentOf(message, surface), reactionsOf(message), threadOf(message, replies));
  const kind = `message${message.only_for ? " ephemeral" : ""}`;
  return h("li", { class: kind, "data-ts": message.ts }, avatar(author), body);
}

function contentOf(message, surface) {
  // Slack marks an edit of text only: blocks change without a word.
  if (message.blocks?.length) return h("div", { class: "content" }, blocksOf(message.blocks, surface));
  const edited = message.edited && h("span", { class: "edited" }, "(edited)");
  return h("div", { class: "content plain" }, mrkdwn(message.text, surface.names), edited);
}

function privateNote() {
  const eye = s("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" },
    s("path", { d: "M1.8 10S5 4.500 10 4.500 18.200 10 18.200 10 15 15.500 10 15.500 1.800 10 1.800 10z" }), s("circle", { cx: 10, cy: 10, r: 2.4 }));
  return h("div", { class: "private" }, eye, "Only visible to you");
}

function reactionsOf(message) {
  const one = ({ name, count }) => h("span", { class: "reaction" }, emoji(name), h("span", {}, String(count)));
  return message.reactions?.length ? h("div", { class: "reactions" }, message.reactions.map(one)) : null;
}

/** Which threads a person opened (true) or closed: a message that changes is drawn anew. */
const chosen = new Map();

function threadOf(message, replies) {
  if (!replies.length) return null;
  const key = `${message.channel} ${message.ts}`;
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const choose = (event) => chosen.set(key, !event.currentTarget.parentElement.open);
  return h("details", { class: "thread", open: chosen.get(key) ?? replies.length <= SHORT_THREAD },
    h("summary", { onclick: choose }, words), h("ol", {}, replies));
}

/** The picture of a person or app: drawn here, so that none needs to be fetched. */
export function avatar(author) {
  if (author.name === "posterpulse") {
    return h("span", { class: "avatar app", "aria-hidden": "true" },
      s("svg", { viewBox: "0 0 32 32" }, s("path", { d: "M5 17h5l3-8 5 15 3.500-10 1.500 3h4" })));
  }
  const initials = author.real_name.split(" ").map((word) => word[0]).join("").slice(0, 2);
  const tint = [...author.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return h("span", { class: `avatar tint-${tint}`, "aria-hidden": "true" }, initials);
}
