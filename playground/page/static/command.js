// A slash command being filled in: its options as fields, checked as Discord's client does before anything is sent.

import { act } from "./api.js";
import { h, icon } from "./dom.js";
import { comboField, fileField, fitting } from "./fields.js";
import { start } from "./interactions.js";
import * as photos from "./photos.js";
import { company, world } from "./world.js";

const [TEXT, INTEGER, TRUTH, NUMBER, ATTACHMENT] = [3, 4, 5, 10, 11];
const ENTITIES = { 6: people, 7: places, 8: roles, 9: (channel) => [...people(channel), ...roles(channel)] };
const ANSWERS = [
  { label: "True", value: true },
  { label: "False", value: false },
];

/** Every command that can be typed, those with sub-commands as one line each. */
export function lines(commands) {
  const flat = ({ options = [], ...rest }, path) => {
    const inner = options.filter((each) => each.type < TEXT);
    if (!inner.length) return [{ ...rest, name: path, options }];
    return inner.flatMap((each) => flat(each, `${path} ${each.name}`));
  };
  return commands.filter((each) => each.kind === "chat_input").flatMap((each) => flat(each, each.name));
}

/** The form of a command in a channel; `done` is called once it was sent, or given up. */
export class CommandForm {
  constructor(command, channel, done) {
    Object.assign(this, { command, channel, done });
    const ordered = [...command.options].sort((one, other) => Boolean(other.required) - Boolean(one.required));
    this.fields = ordered.map((each) => this.#field(each));
    this.problem = h("p", { class: "error", role: "alert" });
    this.run = h("button", { class: "button primary" }, "Run");
    this.element = h(
      "form",
      { class: "command", novalidate: true, "aria-label": `/${command.name}` },
      h(
        "header",
        null,
        h("b", null, `/${command.name}`),
        h("span", null, command.description),
        h(
          "button",
          { type: "button", class: "round", "aria-label": "Leave this command", onclick: () => done() },
          icon("close"),
        ),
      ),
      this.fields.length > 0 &&
        h(
          "div",
          { class: "options" },
          this.fields.map((each) => each.element),
        ),
      this.problem,
      h("footer", null, h("small", null, this.fields.some((each) => each.required) ? "* is needed" : ""), this.run),
    );
    this.element.addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && done());
  }

  focus() {
    const first = this.fields.find((each) => each.required) ?? this.fields.find((each) => !each.files?.length);
    (first ?? { focus: () => this.run.focus() }).focus();
  }

  /** Put files into the options that take them; those that find no room come back. */
  add(files) {
    const free = this.fields.filter((each) => each.files?.length === 0);
    free.forEach((each, index) => index < files.length && each.add([files[index]]));
    return files.slice(free.length);
  }

  #field(option) {
    const id = `option-${this.command.name.replaceAll(" ", "-")}-${option.name}`;
    const inner = this.#input(option, id);
    const error = h("p", { class: "error", id: `${id}-error` });
    const needed = option.required && h("span", { class: "needed", title: "Required" }, " *");
    const element = h(
      "div",
      { class: "field" },
      h("label", { class: "label", for: id, title: option.description }, option.name, needed),
      inner.element,
      h("p", { class: "small" }, option.description),
      error,
    );
    const check = async () => {
      error.textContent = (await this.#problem(option, inner)) ?? "";
      element.classList.toggle("wrong", Boolean(error.textContent));
      return !error.textContent;
    };
    return {
      name: option.name,
      required: option.required,
      element,
      check,
      focus: inner.focus,
      add: inner.add,
      get value() {
        return inner.value;
      },
      get files() {
        return inner.files;
      },
    };
  }

  #input(option, id) {
    const { type, choices, autocomplete } = option;
    if (type === ATTACHMENT) return fileField({ id, label: option.name });
    const listed = choices?.map(({ name, value }) => ({ label: name, value })) ?? (type === TRUTH ? ANSWERS : null);
    if (listed)
      return comboField({ id, strict: true, label: option.name, suggest: async (text) => fitting(listed, text) });
    if (ENTITIES[type])
      return comboField({
        id,
        strict: true,
        label: option.name,
        suggest: async (text) => fitting(ENTITIES[type](this.channel), text),
      });
    if (autocomplete)
      return comboField({ id, strict: false, label: option.name, suggest: (text) => this.#ask(option, text) });
    return plain(option, id);
  }

  async #problem({ name, type, required, min_value: least, max_value: most, min_length: shortest }, inner) {
    if (inner.settle && !(await inner.settle())) return "Choose one from the list.";
    const [empty, { value }] = [inner.files ? inner.files.length === 0 : inner.value === null, inner];
    if (empty) return required ? `${name} is needed.` : null;
    if (type === TEXT) return shortest && String(value).length < shortest ? `At least ${shortest} characters.` : null;
    if (type !== INTEGER && type !== NUMBER) return null;
    const number = Number(value);
    if (Number.isNaN(number) || (type === INTEGER && !Number.isInteger(number)))
      return type === INTEGER ? "A whole number, please." : "A number, please.";
    if (number < (least ?? -Infinity) || number > (most ?? Infinity))
      return `From ${least ?? "any"} to ${most ?? "any"}.`;
    return null;
  }

  async #ask(option, text) {
    const value = option.type === TEXT ? text : Number(text) || 0;
    const { choices } = await act("autocomplete", {
      channel: this.channel,
      command: this.command.name,
      focused: option.name,
      value,
      options: this.#values(option.name),
    });
    return choices.map((each) => ({ label: each.name, value: each.value }));
  }

  #values(except) {
    const filled = this.fields.filter((each) => each.name !== except && !each.files && each.value !== null);
    return Object.fromEntries(filled.map((each) => [each.name, each.value]));
  }

  async #send() {
    const checked = await Promise.all(this.fields.map((each) => each.check()));
    const wrong = this.fields.find((_, index) => !checked[index]);
    if (wrong) return wrong.focus();
    this.run.setAttribute("aria-busy", "true");
    this.problem.textContent = "";
    const files = Object.fromEntries(
      this.fields.filter((each) => each.files?.length).map((each) => [each.name, each.files]),
    );
    const made = photos.keep(Object.values(files).flat());
    try {
      await start(
        "slash",
        { channel: this.channel, command: this.command.name, options: this.#values() },
        { channel: this.channel, files, made },
      );
      this.done();
    } catch (error) {
      this.problem.textContent = error.message;
      this.run.removeAttribute("aria-busy");
    }
  }
}

function plain({ name, type, min_value: least, max_value: most, max_length: longest }, id) {
  const isNumber = type === INTEGER || type === NUMBER;
  const kind = isNumber
    ? { type: "number", step: type === INTEGER ? 1 : "any", min: least, max: most }
    : { type: "text", maxlength: longest };
  const element = h("input", { id, autocomplete: "off", "aria-label": name, ...kind });
  const read = () =>
    element.value === "" ? (element.validity.badInput ? NaN : null) : isNumber ? Number(element.value) : element.value;
  return {
    element,
    focus: () => element.focus(),
    get value() {
      return read();
    },
  };
}

function people(channel) {
  return company(channel).map((each) => ({
    label: each.name,
    value: { id: each.id },
    description: each.bot ? "App" : null,
  }));
}

function roles(channel) {
  const guild = world.guilds.get(world.channels.get(channel)?.guild);
  return (guild?.roles ?? []).map((each) => ({ label: each.name, value: { id: each.id }, description: "Role" }));
}

function places(channel) {
  const { guild } = world.channels.get(channel);
  return [...world.channels.values()]
    .filter((each) => each.guild === guild)
    .map((each) => ({ label: `#${each.name}`, value: { id: each.id } }));
}
