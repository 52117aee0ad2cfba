// A slash command being filled in: its options as fields, checked as Discord's client does before anything is sent.

import { act } from "./api.js";
import { h, iconButton } from "./dom.js";
import { ComboField, Field, allFit, fitting, plain, uploadsOf, valuesOf } from "./fields.js";
import { FileField } from "./files.js";
import { start } from "./interactions.js";
import * as photos from "./photos.js";
import { person, place, role } from "./selects.js";
import { company, places, roles } from "./world.js";

const TYPE = {
  STRING: 3,
  INTEGER: 4,
  BOOLEAN: 5,
  USER: 6,
  CHANNEL: 7,
  ROLE: 8,
  MENTIONABLE: 9,
  NUMBER: 10,
  ATTACHMENT: 11,
};
const NUMBERS = [TYPE.INTEGER, TYPE.NUMBER];
const TRUTHS = [
  { label: "True", value: true },
  { label: "False", value: false },
];

/** Every command that can be typed, those with sub-commands as one line each. */
export function lines(commands) {
  const flat = ({ options, description }, name) => {
    const inner = options?.filter((each) => each.type < TYPE.STRING) ?? [];
    if (!inner.length) return [{ name, description, options: options ?? [] }];
    return inner.flatMap((each) => flat(each, `${name} ${each.name}`));
  };
  return commands.filter((each) => each.kind === "chat_input").flatMap((each) => flat(each, each.name));
}

/** The form of a command in a channel; `done` is called once it was sent, or given up. */
export class CommandForm {
  constructor({ name, description, options }, channel, done) {
    Object.assign(this, { name, channel, done });
    const needed = options.filter((each) => each.required);
    const ordered = [...needed, ...options.filter((each) => !each.required)];
    this.fields = ordered.map((each) => this.#field(each));
    this.problem = h("p", { class: "error", role: "alert" });
    this.run = h("button", { class: "button primary" }, "Run");
    const leave = iconButton("close", "Leave this command", done);
    this.element = h(
      "form",
      { class: "command", novalidate: true, "aria-label": `/${name}` },
      h("header", null, h("b", null, `/${name}`), h("span", null, description), leave),
      this.fields.length > 0 &&
        h(
          "div",
          { class: "options" },
          this.fields.map(({ element }) => element),
        ),
      this.problem,
      h("footer", null, h("small", null, needed.length > 0 && "* is needed"), this.run),
    );
    this.element.addEventListener("submit", (event) => this.#submitted(event));
    this.element.addEventListener("keydown", ({ key }) => key === "Escape" && done());
  }

  focus() {
    const empty = this.fields.find((each) => !each.files?.length);
    (empty ?? this.run).focus();
  }

  /** Put files into the options that take them; those that find no room come back. */
  add(files) {
    const free = this.fields.filter((each) => each.files?.length === 0);
    files.slice(0, free.length).forEach((each, index) => free[index].control.add([each]));
    return files.slice(free.length);
  }

  #field(option) {
    const { name, description, required } = option;
    const id = `option-${name}`;
    const control = this.#control(option, { id, label: name });
    return new Field(control, {
      key: name,
      id,
      label: name,
      description,
      required,
      problem: () => wrong(option, control),
    });
  }

  #control(option, how) {
    if (option.type === TYPE.ATTACHMENT) return new FileField(how);
    const listed = this.#listed(option);
    if (listed) return new ComboField({ ...how, strict: true, suggest: async (text) => fitting(listed, text) });
    if (option.autocomplete)
      return new ComboField({ ...how, strict: false, suggest: (text) => this.#ask(option, text) });
    return NUMBERS.includes(option.type) ? numberInput(option, how) : textInput(option, how);
  }

  /** What a client lists by itself, where it does; ids are sent as objects, since they are no texts. */
  #listed({ type, choices }) {
    if (choices) return choices.map((each) => ({ label: each.name, value: each.value }));
    const people = company(this.channel).map(person);
    const lists = {
      [TYPE.USER]: people,
      [TYPE.ROLE]: roles(this.channel).map(role),
      [TYPE.MENTIONABLE]: [...people, ...roles(this.channel).map(role)],
      [TYPE.CHANNEL]: places(this.channel).map(place),
    };
    if (type === TYPE.BOOLEAN) return TRUTHS;
    return lists[type]?.map((each) => ({ ...each, value: { id: each.value } }));
  }

  async #ask({ name, type }, text) {
    const value = type === TYPE.STRING ? text : Number(text) || 0;
    const others = this.fields.filter((each) => each.key !== name);
    const typed = { command: this.name, focused: name, value, options: valuesOf(others) };
    try {
      const { choices } = await act("autocomplete", { channel: this.channel, ...typed });
      return choices.map((each) => ({ label: each.name, value: each.value }));
    } catch {
      return []; // what is typed can be sent without suggestions
    }
  }

  async #submitted(event) {
    event.preventDefault();
    if (!(await allFit(this.fields))) return;
    this.run.setAttribute("aria-busy", "true");
    this.problem.textContent = "";
    const { channel } = this;
    const files = uploadsOf(this.fields);
    const made = photos.picked(Object.values(files).flat());
    try {
      await start("slash", { channel, command: this.name, options: valuesOf(this.fields) }, { channel, files, made });
      this.done();
    } catch (error) {
      this.problem.textContent = error.message;
      this.run.removeAttribute("aria-busy");
    }
  }
}

function numberInput({ type, min_value: min, max_value: max }, { id, label }) {
  const step = type === TYPE.INTEGER ? 1 : "any";
  const element = h("input", { type: "number", id, min, max, step, "aria-label": label });
  const isEmpty = () => element.value === "" && !element.validity.badInput;
  return plain(element, () => (isEmpty() ? null : element.valueAsNumber));
}

function textInput({ max_length: maxlength }, { id, label }) {
  const element = h("input", { type: "text", id, maxlength, autocomplete: "off", "aria-label": label });
  return plain(element, () => element.value || null);
}

/** What is wrong with an option as it is filled in, or null. */
async function wrong(option, control) {
  if (control.settle && !(await control.settle())) return "Choose one from the list.";
  const isEmpty = control.files ? control.files.length === 0 : control.value === null;
  if (isEmpty) return option.required ? `${option.name} is needed.` : null;
  if (NUMBERS.includes(option.type)) return wrongNumber(option, Number(control.value));
  return control.value?.length < option.min_length ? `At least ${option.min_length} characters.` : null;
}

function wrongNumber({ type, min_value: least = -Infinity, max_value: most = Infinity }, number) {
  if (Number.isNaN(number)) return "A number, please.";
  if (type === TYPE.INTEGER && !Number.isInteger(number)) return "A whole number, please.";
  if (number >= least && number <= most) return null;
  if (most === Infinity) return `At least ${least}.`;
  return least === -Infinity ? `At most ${most}.` : `From ${least} to ${most}.`;
}
