/** Buttons, menus and the fields of modals. */

import { h, safeUrl } from "./dom.js";
import { ask } from "./dialogs.js";
import { textOf } from "./mrkdwn.js";

const inWords = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** One interactive element. */
export function control(element, surface) {
  if (element.type === "button") return button(element, surface);
  if (element.type === "overflow") return overflow(element, surface);
  if (element.type === "datepicker") return dayPicker(element, surface);
  const input = inputOf(element, surface.names);
  input.ariaLabel = element.placeholder?.text ?? null;
  input.addEventListener("change", () => act(input, element, surface, input.value));
  return input;
}

/** A labelled field of a modal. */
export function field(block, { names }) {
  const input = inputOf(block.element, names);
  Object.assign(input.dataset, { block: block.block_id, action: block.element.action_id, kind: block.element.type });
  input.required = !block.optional;
  const hint = block.hint && h("small", {}, textOf(block.hint, names));
  return h("label", { class: "field" }, h("span", {}, textOf(block.label, names)), input, hint,
    h("small", { class: "complaint", "data-for": block.block_id }));
}

/** What was entered into a form, as `view.state.values`. */
export function valuesOf(form) {
  const values = {};
  for (const input of form.querySelectorAll("[data-action]")) {
    const { block, action, kind } = input.dataset;
    values[block] = { [action]: { type: kind, ...entered(input, kind) } };
  }
  return values;
}

/** What a chosen value is called, where it is not an option of the app's own. */
const CHOICES = {
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
  datepicker: "selected_date",
  timepicker: "selected_time",
  users_select: "selected_user",
};

function entered(input, kind) {
  if (CHOICES[kind]) return { [CHOICES[kind]]: input.value || null };
  if (!(input instanceof HTMLSelectElement)) return { value: input.value || null };
  const chosen = [...input.selectedOptions].filter((option) => option.value)
    .map((option) => ({ text: { type: "plain_text", text: option.textContent }, value: option.value }));
  return input.multiple ? { selected_options: chosen } : { selected_option: chosen[0] ?? null };
}

function button(element, surface) {
  const words = textOf(element.text, surface.names);
  const href = element.url && safeUrl(element.url);
  const look = { class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label };
  if (href) {
    const node = h("a", { ...look, href, target: "_blank", rel: "noopener noreferrer", onclick: () => surface.press(pressed(node, element)).catch(() => {}) }, words);
    return node;
  }
  const node = h("button", { ...look, type: "button", "data-action-id": element.action_id, onclick: () => act(node, element, surface) }, words);
  return node;
}

function overflow(element, surface) {
  const choose = (option) => () => {
    menu.open = false;
    act(menu, element, surface, option.value);
  };
  const items = element.options.map((option) =>
    h("button", { type: "button", role: "menuitem", onclick: choose(option) }, textOf(option.text, surface.names)));
  const menu = h("details", { class: "overflow" }, h("summary", { class: "button", "aria-label": "More actions" }, "⋯"),
    h("div", { class: "menu-list", role: "menu" }, items));
  return menu;
}

/** A button that opens the browser's calendar, and shows the day that was chosen last. */
function dayPicker(element, surface) {
  const input = h("input", { type: "date", value: element.initial_date, tabindex: -1, "aria-hidden": "true" });
  const words = h("span");
  const show = () => { words.textContent = input.value ? dayInWords(input.value) : element.placeholder?.text ?? "Choose a day"; };
  const node = h("button", { class: "button select", type: "button", "data-action-id": element.action_id, onclick: () => input.showPicker() }, words);
  input.addEventListener("change", () => {
    show();
    if (input.value) act(node, element, surface, input.value);
  });
  show();
  return h("span", { class: "day-picker" }, node, input);
}

// Noon, so that no zone makes another day of it.
const dayInWords = (value) => inWords.format(new Date(`${value}T12:00`));

function inputOf(element, names) {
  switch (element.type) {
    case "plain_text_input":
      return element.multiline ? h("textarea", { rows: 3, placeholder: element.placeholder?.text }, element.initial_value ?? "")
        : h("input", { type: "text", placeholder: element.placeholder?.text, value: element.initial_value });
    case "number_input":
      return h("input", { type: "number", step: element.is_decimal_allowed ? "any" : "1", min: element.min_value, max: element.max_value, value: element.initial_value });
    case "datepicker":
      return h("input", { type: "date", value: element.initial_date });
    case "timepicker":
      return h("input", { type: "time", value: element.initial_time });
    case "email_text_input":
    case "url_text_input":
      return h("input", { type: element.type.split("_")[0], value: element.initial_value });
    default:
      return select(element, names);
  }
}

function select(element, names) {
  const multiple = ["checkboxes", "multi_static_select"].includes(element.type);
  const initial = element.initial_option ? [element.initial_option] : element.initial_options ?? [];
  const chosen = new Set([...initial.map((option) => option.value), element.initial_user, element.initial_channel, element.initial_conversation]);
  const entry = ({ text, value }) => h("option", { value, selected: chosen.has(value) }, textOf(text, names));
  const groups = (element.option_groups ?? []).map(({ label, options }) => h("optgroup", { label: label.text }, options.map(entry)));
  const options = (element.options ?? everyone(element.type, names)).map(entry);
  const first = !multiple && h("option", { value: "", disabled: true, selected: true }, element.placeholder?.text ?? "Choose…");
  return h("select", { class: "button select", multiple, "data-action-id": element.action_id }, first, options, groups);
}

/** The options of a menu that Slack fills by itself. */
function everyone(type, names) {
  const option = ([value, name]) => ({ value, text: { type: "plain_text", text: name } });
  if (type === "users_select") return names.users().map(option);
  return /^(channels|conversations)_select$/.test(type) ? names.channels().map(option) : [];
}

/** What is pressed: an app may use one action id in every block of a message. */
function pressed(node, element, option) {
  return { block_id: node.closest("[data-block]")?.dataset.block, action_id: element.action_id, option };
}

/** Ask where the app wants to be sure, then press; the element is busy until the app has heard. */
async function act(node, element, surface, option) {
  if (element.confirm && !(await ask(element.confirm, surface.names))) return;
  node.classList.add("busy");
  node.toggleAttribute("disabled", true);
  node.setAttribute("aria-busy", "true");
  try {
    await surface.press(pressed(node, element, option));
  } finally {
    node.classList.remove("busy");
    node.toggleAttribute("disabled", false);
    node.removeAttribute("aria-busy");
  }
}
