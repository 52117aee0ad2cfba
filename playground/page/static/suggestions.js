// Suggestions under a text field: arrow keys walk through them, Enter and Tab take one, Escape leaves.

import { h } from "./dom.js";
import { float, option } from "./popover.js";

let serial = 0;

export class Suggestions {
  #items = [];
  #lines = [];
  #at = -1;
  #close = null;

  /** `take` gets the item that was chosen; the list stands at `anchor`, below it or `above`. */
  constructor(field, { label, take, anchor = field, above = false }) {
    Object.assign(this, { field, label, take, anchor, above });
    this.id = `list-${(serial += 1)}`;
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.hide());
  }

  get isOpen() {
    return this.#close !== null;
  }

  /** Show these, the first of them marked, so that Enter takes it, if `first`. */
  show(items, { first = true } = {}) {
    this.hide();
    this.#items = items;
    if (!items.length) return;
    this.#lines = items.map((each, index) => this.#line(each, index));
    const list = h("div", { class: "choices", role: "listbox", id: this.id, "aria-label": this.label }, this.#lines);
    this.#close = float(this.anchor, list, { manual: true, above: this.above });
    this.field.setAttribute("aria-controls", this.id);
    this.field.setAttribute("aria-expanded", "true");
    this.#mark(first ? 0 : -1);
  }

  hide() {
    this.#close?.();
    this.#close = null;
    for (const name of ["aria-controls", "aria-activedescendant"]) this.field.removeAttribute(name);
    this.field.setAttribute("aria-expanded", "false");
  }

  #line(item, index) {
    const stay = (event) => event.preventDefault(); // the focus stays in the field
    const take = () => this.#take(index);
    return option(item, { id: `${this.id}-${index}`, tabindex: -1, onpointerdown: stay, onclick: take });
  }

  #mark(at) {
    this.#at = at;
    this.#lines.forEach((each, index) => each.setAttribute("aria-selected", index === at));
    if (at < 0) return;
    this.field.setAttribute("aria-activedescendant", `${this.id}-${at}`);
    this.#lines[at].scrollIntoView({ block: "nearest" });
  }

  #take(index) {
    const item = this.#items[index];
    this.hide();
    this.take(item);
  }

  #key(event) {
    if (!this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark((this.#at + step + this.#items.length) % this.#items.length);
    else if (event.key === "Escape") this.hide();
    else if (["Enter", "Tab"].includes(event.key) && this.#at >= 0) this.#take(this.#at);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopImmediatePropagation();
  }
}
