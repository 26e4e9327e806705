/** The page: what is known, what is looked at, and what changes it. */

import { blocksOf } from "./blocks.js";
import { Composer } from "./composer.js";
import { Modal } from "./dialogs.js";
import { $, arrange, h, s } from "./dom.js";
import { valuesOf } from "./elements.js";
import { avatar, dayLine, messageNode, momentOf } from "./messages.js";
import { fetchState, follow, perform } from "./server.js";

const NEAR_END = 120;
const state = { you: "", bot: "", users: {}, channels: [], messages: [], home: null, current: null, tab: "messages" };
const read = JSON.parse(localStorage.getItem("read") ?? "{}");

const names = {
  user: (id) => state.users[id]?.real_name,
  channel: (id) => state.channels.find((channel) => channel.id === id)?.name,
  users: () => Object.values(state.users).filter((user) => !user.is_bot).map((user) => [user.id, user.real_name]),
  channels: () => state.channels.filter((channel) => !channel.is_app).map((channel) => [channel.id, `#${channel.name}`]),
};

const titleOf = (channel) => (channel.is_app ? state.users[state.bot].real_name : channel.name);
const signOf = (channel) => (channel.is_private ? "🔒︎" : "#");
const messagesIn = (id) => state.messages.filter((message) => message.channel === id);
const currentChannel = () => state.channels.find((channel) => channel.id === state.current);

const modal = new Modal({
  names,
  body: (view) => blocksOf(view.blocks, viewSurface(view)),
  onSubmit: async (view, form) => (await attempt("submit", { view: view.id, values: valuesOf(form) }))?.errors ?? {},
  onClose: (view) => attempt("close", { view: view.id }),
});

const composer = new Composer((text) => attempt("send", { channel: state.current, text }));

async function attempt(deed, body) {
  try {
    return await perform(deed, body);
  } catch (error) {
    toast(error.message);
    return null;
  }
}

let toastTimer = 0;
function toast(words) {
  const node = $(".toast");
  node.textContent = words;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 5000);
}

function messageSurface(message) {
  return { names, press: (pressed) => attempt("press", { channel: message.channel, ts: message.ts, ...pressed }) };
}

function viewSurface(view) {
  return { names, press: (pressed) => attempt("press", { view: view.id, ...pressed }) };
}

/** Drawn once: a table stays sorted and a menu open while other messages come and go. */
const drawn = new WeakMap();

function nodeOf(message) {
  const isReply = (other) => other.thread_ts === message.ts && other.ts !== message.ts;
  const replies = messagesIn(message.channel).filter(isReply).map(nodeOf);
  const known = drawn.get(message);
  if (known && known.replies.length === replies.length && replies.every((node, index) => node === known.replies[index])) return known.node;
  const node = messageNode(message, { author: state.users[message.user], surface: messageSurface(message), replies });
  drawn.set(message, { node, replies });
  return node;
}

const days = new Map();

function dayOf(moment) {
  const key = `${state.current} ${moment.toDateString()}`;
  if (!days.has(key)) days.set(key, dayLine(moment));
  return days.get(key);
}

/** Whether a message stands in the channel itself: replies stand below their parent. */
function isOnTop(message, all) {
  return !message.thread_ts || message.thread_ts === message.ts || !all.some((other) => other.ts === message.thread_ts);
}

function drawMessages() {
  const scroller = $(".scroller");
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
  const all = messagesIn(state.current);
  const nodes = [];
  let day = "";
  for (const message of all.filter((one) => isOnTop(one, all))) {
    const moment = momentOf(message);
    if (moment.toDateString() !== day) nodes.push(dayOf(moment));
    day = moment.toDateString();
    nodes.push(nodeOf(message));
  }
  arrange($(".messages"), nodes.length ? nodes : [emptyRoom()]);
  if (atEnd) toEnd();
}

function emptyRoom() {
  const channel = currentChannel();
  const name = channel.is_app ? titleOf(channel) : `#${channel.name}`;
  return h("li", { class: "empty" }, h("strong", {}, `This is the very beginning of ${name}.`),
    h("span", {}, "Type a command below, or press one of the suggestions."));
}

/** Where there is something new: the end of a channel, the beginning of the Home. */
function toEnd() {
  const scroller = $(".scroller");
  // Charts are measured after they stand in the page, so the end moves once more.
  requestAnimationFrame(() => requestAnimationFrame(() => { scroller.scrollTop = state.tab === "home" ? 0 : scroller.scrollHeight; }));
}

/** Where a permalink leads. */
function toMessage(ts) {
  requestAnimationFrame(() => requestAnimationFrame(() => $(`[data-ts="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: "center" })));
}

function drawHome() {
  const blocks = state.home ? blocksOf(state.home.blocks, viewSurface(state.home)) : [h("p", {}, "The app shows nothing here yet.")];
  $(".messages").replaceChildren(h("li", { class: "home" }, blocks));
}

function drawRoom() {
  const channel = currentChannel();
  const title = titleOf(channel);
  const sign = channel.is_app ? avatar(state.users[state.bot]) : h("span", { class: "sign" }, signOf(channel));
  $(".room-name").replaceChildren(sign, title);
  document.title = `${channel.is_app ? "" : "#"}${title} · Posterpulse sandbox`;
  composer.address(channel.is_app ? title : `#${title}`);
  drawTabs(channel);
  $(".foot").hidden = state.tab === "home";
  if (state.tab === "home") drawHome();
  else drawMessages();
}

function drawTabs(channel) {
  const tab = (id, words) => h("button", { type: "button", role: "tab", "aria-selected": String(state.tab === id), onclick: () => openTab(id) }, words);
  $(".tabs").replaceChildren(...(channel.is_app ? [tab("home", "Home"), tab("messages", "Messages")] : []));
}

function openTab(id) {
  state.tab = id;
  if (id === "home") attempt("home", {});
  drawSidebar();
  drawRoom();
  toEnd();
}

function openHome(id) {
  open(id);
  openTab("home");
}

function drawSidebar() {
  const isOpen = (channel, tab) => (channel.id === state.current && state.tab === tab ? "page" : null);
  const home = (channel) => h("button", { type: "button", class: "place", "data-home": "", "aria-current": isOpen(channel, "home"), onclick: () => openHome(channel.id) },
    h("span", { class: "sign" }, s("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, s("path", { d: "M3 9.500 10 3.500l7 6V17h-4.500v-4.500h-5V17H3z" }))), h("span", { class: "place-name" }, "Home"));
  const place = (channel) => {
    const count = messagesIn(channel.id).filter((message) => message.ts > (read[channel.id] ?? "") && message.user !== state.you).length;
    const sign = channel.is_app ? avatar(state.users[state.bot]) : h("span", { class: "sign" }, signOf(channel));
    return h("button", { type: "button", class: `place${count ? " unread" : ""}`, "data-channel": channel.name, "aria-current": isOpen(channel, "messages"), onclick: () => open(channel.id) },
      sign, h("span", { class: "place-name" }, titleOf(channel)), count > 0 && h("span", { class: "count", "aria-label": `${count} unread` }, String(count)));
  };
  const visible = state.channels.filter((channel) => !channel.is_archived);
  $(".places").replaceChildren(
    h("h2", {}, "Channels"), ...visible.filter((channel) => !channel.is_app).map(place),
    h("h2", {}, "Apps"), ...visible.filter((channel) => channel.is_app).flatMap((channel) => [place(channel), home(channel)]));
}

function markRead() {
  const last = messagesIn(state.current).at(-1);
  if (last) read[state.current] = last.ts;
  localStorage.setItem("read", JSON.stringify(read));
}

function open(id) {
  state.current = id;
  state.tab = "messages";
  history.replaceState(null, "", `#${id}`);
  document.body.classList.remove("menu-open");
  markRead();
  drawSidebar();
  drawRoom();
  toEnd();
}

/** The channel in the address, or else the first in which something was said. */
function firstChannel() {
  const [wanted] = location.hash.slice(1).split("/");
  const known = state.channels.some((channel) => channel.id === wanted);
  const spoken = state.channels.find((channel) => messagesIn(channel.id).length);
  return known ? wanted : (spoken ?? state.channels[0]).id;
}

/** Events that came while the state was being fetched: it may be older than they are. */
let waiting = null;

async function refresh() {
  waiting ??= [];
  const opened = state.current;
  const [, linked] = location.hash.split("/");
  Object.assign(state, await fetchState());
  state.messages.sort((one, other) => one.ts.localeCompare(other.ts));
  linkState("");
  if (opened) changed(opened);
  else {
    open(firstChannel());
    if (linked) toMessage(linked);
  }
  modal.show(state.view);
  const missed = waiting ?? [];
  waiting = null;
  missed.forEach(onEvent);
}

function changed(channel) {
  if (channel === state.current) {
    markRead();
    if (state.tab === "messages") drawRoom();
  }
  drawSidebar();
}

function upsert(message) {
  const place = state.messages.findIndex((one) => one.channel === message.channel && one.ts === message.ts);
  if (place >= 0) state.messages[place] = message;
  else state.messages.push(message);
  changed(message.channel);
}

function onEvent(event) {
  if (waiting) waiting.push(event);
  else if (event.type === "message") upsert(event.message);
  else if (event.type === "gone") {
    state.messages = state.messages.filter((one) => one.channel !== event.channel || one.ts !== event.ts);
    changed(event.channel);
  } else if (event.type === "view") modal.show(event.view);
  else if (event.type === "home") {
    state.home = event.view;
    if (state.tab === "home") drawHome();
  } else refresh();
}

const linkState = (words) => { $(".link-state").textContent = words; };

$(".menu").addEventListener("click", () => document.body.classList.toggle("menu-open"));
$(".scroller").addEventListener("click", () => document.body.classList.remove("menu-open"));
follow({ onReady: () => refresh().catch(() => linkState("Reconnecting…")), onEvent, onLost: () => linkState("Reconnecting…") });
