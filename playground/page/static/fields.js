// Fields that people fill in, for commands and forms alike, each with its name and what is wrong with it.

import { classes, h } from "./dom.js";
import { Suggestions } from "./suggestions.js";

const MOST_SUGGESTED = 25;
const PAUSE_MS = 120; // of typing, before the bot is asked

/** A control with its label and description; `problem` says what is wrong, now or later, or null. */
export class Field {
  constructor(control, { key, id, label, description, required, problem = () => null }) {
    Object.assign(this, { control, key, problem });
    this.error = h("p", { class: "error", id: `${id}-error` });
    const mark = required && h("span", { class: "needed", title: "Required" }, " *");
    const [tag, target] = control.isGroup ? ["p", null] : ["label", id];
    this.element = h(
      "div",
      { class: "field" },
      h(tag, { class: "label", id: `${id}-label`, for: target }, label, mark),
      description && h("p", { class: "small", id: `${id}-about` }, description),
      control.element,
      this.error,
    );
  }

  /** The files of a field for files; undefined for others. */
  get files() {
    return this.control.files;
  }

  /** What is filled in; null for nothing. */
  get value() {
    return this.control.value;
  }

  focus() {
    this.control.focus();
  }

  /** Whether it may be sent like this; it says why not. */
  async check() {
    this.error.textContent = (await this.problem(this.control)) ?? "";
    this.element.className = classes("field", this.error.textContent && "wrong");
    return !this.error.textContent;
  }
}

/** Check all of these fields; whether they may be sent. The first that may not gets the focus. */
export async function allFit(fields) {
  const fits = await Promise.all(fields.map((each) => each.check()));
  fields.find((_, index) => !fits[index])?.focus();
  return fits.every(Boolean);
}

/** The values of fields by key, without those for files and those that are empty. */
export function valuesOf(fields) {
  const filled = fields.filter((each) => !each.files && each.value !== null);
  return Object.fromEntries(filled.map((each) => [each.key, each.value]));
}

/** The files of fields by key. */
export function uploadsOf(fields) {
  const filled = fields.filter((each) => each.files?.length);
  return Object.fromEntries(filled.map((each) => [each.key, each.files]));
}

/** An input or a text area as a control. */
export function plain(element, read = () => element.value) {
  return {
    element,
    focus: () => element.focus(),
    get value() {
      return read();
    },
  };
}

/**
 * A text field with suggestions.
 *
 * `suggest` promises `{label, value}`s for what is typed; with `strict` only those are accepted.
 */
export class ComboField {
  #value = null;
  #asked = 0;
  #timer = 0;

  constructor({ id, label, suggest, strict }) {
    Object.assign(this, { suggest, strict });
    const role = { role: "combobox", "aria-expanded": "false", "aria-label": label };
    this.element = h("input", { type: "text", id, autocomplete: "off", ...role });
    this.suggestions = new Suggestions(this.element, { label, take: (item) => this.#take(item) });
    this.element.addEventListener("input", () => this.#typed());
    this.element.addEventListener("focus", () => this.#later());
    this.element.addEventListener("click", () => this.suggestions.isOpen || this.#later());
  }

  get value() {
    return this.#value;
  }

  focus() {
    this.element.focus();
  }

  /** Take what is typed for the suggestion of that name; whether there is one, or none is needed. */
  async settle() {
    const typed = this.element.value.trim().toLowerCase();
    if (!this.strict || this.#value !== null || !typed) return true;
    const same = (await this.suggest(typed)).find((each) => each.label.toLowerCase() === typed);
    if (same) this.#take(same);
    return Boolean(same);
  }

  #take({ label, value }) {
    this.element.value = label;
    this.#value = value;
  }

  #typed() {
    this.#value = this.strict ? null : this.element.value || null;
    this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.strict ? 0 : PAUSE_MS);
  }

  async #look() {
    const turn = (this.#asked += 1);
    const items = await this.suggest(this.element.value);
    const isLate = turn !== this.#asked || document.activeElement !== this.element;
    if (!isLate) this.suggestions.show(items, { first: this.strict || this.element.value !== "" });
  }
}

/** Those of `items` that have the text in their label, those first that begin with it. */
export function fitting(items, text) {
  const typed = text.trim().toLowerCase();
  const at = ({ label }) => label.toLowerCase().indexOf(typed);
  const found = items.filter((each) => at(each) >= 0);
  return found.sort((one, other) => Math.min(at(one), 1) - Math.min(at(other), 1)).slice(0, MOST_SUGGESTED);
}
