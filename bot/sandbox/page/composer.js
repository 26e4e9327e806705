/** The box in which messages and commands are typed. */

import { $, h } from "./dom.js";

const COMMANDS = [
  ["/posters top 5", "The posters with the most scans"],
  ["/posters leaderboard", "Ambassadors, this week"],
  ["/posters trend last 7 days", "Scans day by day, as a chart"],
  ["/posters alerts", "The last alerts, and what people made of them"],
  ["/posters mutes", "What is muted, and until when"],
  ["/posters status", "Whether the numbers are fresh"],
  ["/posters help", "Everything that can be asked"],
];
const HINTS = [COMMANDS[0], COMMANDS[1], COMMANDS[2], COMMANDS.at(-1)];

/** Wires the composer; `send(text)` is a promise. */
export class Composer {
  constructor(send) {
    this.send = send;
    this.box = $(".composer textarea");
    this.list = $(".suggestions");
    this.button = $(".send");
    this.chosen = -1;
    this.past = [];
    this.box.addEventListener("input", () => this.changed());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => this.suggest([]));
    $(".composer").addEventListener("submit", (event) => this.submit(event));
    $(".hints").replaceChildren(h("span", { class: "try" }, "Try"), ...HINTS.map(([command, words]) =>
      h("button", { type: "button", class: "hint", title: words, onclick: () => this.post(command) }, command)));
  }

  /** Name the place that is written to. */
  address(name) {
    this.box.placeholder = `Message ${name}, or ask with /posters`;
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
    this.button.disabled = !this.box.value.trim();
    const typed = this.box.value.toLowerCase();
    const matching = typed.startsWith("/") ? COMMANDS.filter(([command]) => command.startsWith(typed) && command !== typed) : [];
    this.suggest(matching);
  }

  suggest(matching) {
    this.chosen = -1;
    this.list.hidden = !matching.length;
    this.list.replaceChildren(...matching.map(([command, words]) =>
      h("button", { type: "button", role: "option", tabindex: "-1", "data-command": command,
        onmousedown: (event) => { event.preventDefault(); this.complete(command); } },
      h("strong", {}, command), h("span", {}, words))));
  }

  choose(step) {
    const options = [...this.list.children];
    this.chosen = (this.chosen + step + options.length) % options.length;
    for (const [index, option] of options.entries()) option.setAttribute("aria-selected", index === this.chosen);
  }

  complete(command) {
    this.box.value = command;
    this.changed();
    this.box.focus();
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (open && this.chosen >= 0) this.complete(this.list.children[this.chosen].dataset.command);
      else this.submit(event);
    } else if (open && event.key === "Tab") this.complete(this.list.children[Math.max(0, this.chosen)].dataset.command);
    else if (open && event.key === "ArrowDown") this.choose(1);
    else if (open && event.key === "ArrowUp") this.choose(this.chosen < 0 ? 0 : -1);
    else if (open && event.key === "Escape") this.suggest([]);
    else if (event.key === "ArrowUp" && !this.box.value && this.past.length) this.complete(this.past.at(-1));
    else return;
    event.preventDefault();
  }

  submit(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    if (text) this.post(text);
  }

  async post(text) {
    this.past.push(text);
    this.box.value = "";
    this.changed();
    const form = this.box.form;
    form.classList.add("busy");
    try {
      await this.send(text);
    } finally {
      form.classList.remove("busy");
    }
  }
}
