/** Questions before an action, and modals that an app opens. */

import { h } from "./dom.js";
import { textOf } from "./mrkdwn.js";

/** Ask a `confirm` object; a promise of yes or no. */
export function ask(confirm, names) {
  return new Promise((answer) => {
    const close = (value) => dialog.close(value);
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = h("dialog", { class: "modal small", "aria-label": confirm.title.text },
      h("h2", {}, textOf(confirm.title, names)),
      h("div", { class: "modal-body" }, textOf(confirm.text, names)),
      h("div", { class: "modal-foot" },
        h("button", { type: "button", class: "button", onclick: () => close("") }, textOf(confirm.deny, names)),
        h("button", { type: "button", class: `button ${style}`, onclick: () => close("yes") }, textOf(confirm.confirm, names))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** The one modal that is open, drawn anew when the app updates it. */
export class Modal {
  /** `onSubmit(view, form)` answers complaints by block id; `onClose(view)` is told of a dismissal. */
  constructor({ names, body, onSubmit, onClose }) {
    Object.assign(this, { names, body, onSubmit, onClose, dialog: null });
  }

  /** Draw `view`, or close what is open where it is null. */
  show(view) {
    this.dialog?.remove();
    this.dialog = view && this.draw(view);
    if (!this.dialog) return;
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  draw(view) {
    const dismiss = () => this.onClose(view);
    const form = h("form", { onsubmit: (event) => this.submit(event, view, form) },
      h("h2", {}, textOf(view.title, this.names)),
      h("div", { class: "modal-body" }, this.body(view)),
      h("div", { class: "modal-foot" },
        h("button", { type: "button", class: "button", onclick: dismiss }, textOf(view.close, this.names).concat(view.close ? [] : ["Close"])),
        view.submit && h("button", { class: "button primary" }, textOf(view.submit, this.names))));
    return h("dialog", { class: "modal", "aria-label": view.title?.text, oncancel: dismiss }, form);
  }

  async submit(event, view, form) {
    event.preventDefault();
    form.classList.add("busy");
    const complaints = await this.onSubmit(view, form);
    form.classList.remove("busy");
    for (const place of form.querySelectorAll(".complaint")) place.textContent = complaints[place.dataset.for] ?? "";
  }
}
