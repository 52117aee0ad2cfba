// The bot's modals: forms of texts, choices and files that open over the page and are sent back as a whole.

import { button, h, iconButton } from "./dom.js";
import { Field, allFit, plain, uploadsOf, valuesOf } from "./fields.js";
import { FileField, filesOf } from "./files.js";
import { rich } from "./markdown.js";
import { choices } from "./popover.js";
import { bounds, offered, preset, selectButton } from "./selects.js";
import { KIND } from "./tree.js";

const PARAGRAPH = 2;
const MOST_TEXT = 4000;
let serial = 0;

const CONTROLS = {
  [KIND.STRING_SELECT]: select,
  [KIND.TEXT_INPUT]: text,
  [KIND.USER_SELECT]: select,
  [KIND.ROLE_SELECT]: select,
  [KIND.MENTIONABLE_SELECT]: select,
  [KIND.CHANNEL_SELECT]: select,
  [KIND.FILE_UPLOAD]: upload,
  [KIND.RADIO_GROUP]: radios,
  [KIND.CHECKBOX_GROUP]: boxes,
  [KIND.CHECKBOX]: box,
};

/**
 * Open a modal of a channel; `send` gets its values and files by custom_id.
 *
 * Where `send` throws, the form stays open and says why.
 */
export function form(modal, channel, send) {
  const parts = modal.components.map((each) => part(each, channel)).filter(Boolean);
  const fields = parts.filter((each) => each instanceof Field);
  const title = h("h2", { id: `form-${(serial += 1)}` }, modal.title);
  const problem = h("p", { class: "error", role: "alert" });
  const submit = h("button", { class: "button primary" }, "Submit");
  const leave = () => dialog.close();
  const body = h(
    "form",
    { novalidate: true },
    h("header", null, title, iconButton("close", "Close", leave)),
    h(
      "div",
      { class: "fields" },
      parts.map(({ element }) => element),
    ),
    problem,
    h("footer", null, button({ class: "button secondary", onclick: leave }, "Cancel"), submit),
  );
  const dialog = h("dialog", { class: "form", "aria-labelledby": title.id }, body);

  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(await allFit(fields))) return;
    submit.setAttribute("aria-busy", "true");
    try {
      await send(valuesOf(fields), uploadsOf(fields));
      leave();
    } catch (error) {
      problem.textContent = error.message;
      submit.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("paste", (event) => paste(event, fields));
  document.body.append(dialog);
  dialog.showModal();
  fields[0]?.focus();
}

/** Pasted pictures go to the first field that takes files. */
function paste(event, fields) {
  const [files, target] = [filesOf(event.clipboardData), fields.find((each) => each.files)];
  if (!files.length || !target) return;
  event.preventDefault();
  target.control.add(files);
}

/** A component of a modal: a text, or a field under its label, which once was a row's own. */
function part(component, channel) {
  if (component.type === KIND.TEXT) return { element: h("div", { class: "rich" }, rich(component.content)) };
  const inner = component.component ?? component.components?.[0];
  const make = CONTROLS[inner?.type];
  if (!make) return null;
  const id = `field-${(serial += 1)}`;
  const label = component.label ?? inner.label;
  const control = make(inner, { id, label, channel, about: component.description && `${id}-about` });
  const { custom_id: key, required = inner.type !== KIND.CHECKBOX } = inner; // a box may always stay empty
  return new Field(control, { key, id, label, description: component.description, required, problem: control.problem });
}

function text(component, { id, about }) {
  const { style, placeholder, value, min_length: least = 0, max_length: most = MOST_TEXT, required = true } = component;
  const shared = { id, placeholder, maxlength: most, "aria-required": String(required), "aria-describedby": about };
  const element = style === PARAGRAPH ? h("textarea", { ...shared, rows: 4 }) : h("input", { ...shared, type: "text" });
  element.value = value ?? "";
  const problem = () => {
    if (!element.value) return required ? "Please fill this in." : null;
    return element.value.length < least ? `At least ${least} characters.` : null;
  };
  return Object.assign(plain(element), { problem });
}

function select(component, { id, label, channel }) {
  const items = offered(component, channel);
  const limits = bounds(component);
  let chosen = preset(component);
  const draw = () => {
    const names = items.filter((each) => chosen.includes(each.value)).map((each) => each.label);
    const onclick = (event) => choices(event.currentTarget, { items, chosen, ...limits, label, choose });
    return selectButton(names, component.placeholder, { id, "aria-labelledby": `${id}-label ${id}`, onclick });
  };
  const choose = (values) => {
    chosen = values;
    holder.replaceChildren(draw());
    control.focus();
  };
  const holder = h("div", null, draw());
  const control = plain(holder, () => chosen);
  const problem = () => (chosen.length < limits.least ? missing(limits.least, "choose") : null);
  return Object.assign(control, { problem, focus: () => holder.firstChild.focus() });
}

function upload(component, { id, label, about }) {
  const { least, most } = bounds(component);
  const control = new FileField({ id, most, label, about });
  control.problem = () => (control.files.length < least ? missing(least, "add") : null);
  return control;
}

function missing(least, verb) {
  if (verb === "add") return least === 1 ? "Please add a file." : `Please add at least ${least} files.`;
  return least === 1 ? "Please choose one." : `Please choose at least ${least}.`;
}

function radios(component, { id }) {
  const ticks = component.options.map((each) => tick(each, { type: "radio", name: id }));
  const read = () => ticks.find((each) => each.input.checked)?.value ?? null;
  const isNeeded = component.required ?? true;
  return group(ticks, {
    role: "radiogroup",
    id,
    read,
    problem: () => (isNeeded && read() === null ? missing(1) : null),
  });
}

function boxes(component, { id }) {
  const ticks = component.options.map((each) => tick(each, { type: "checkbox" }));
  const read = () => ticks.filter((each) => each.input.checked).map((each) => each.value);
  const { least, most } = bounds({ ...component, max_values: component.max_values ?? ticks.length });
  const fits = () => read().length >= least && read().length <= most;
  const problem = () => (fits() ? null : `Please choose ${least === most ? most : `${least} to ${most}`}.`);
  return group(ticks, { role: "group", id, read, problem });
}

function tick({ value, label, description, default: chosen }, props) {
  const input = h("input", { ...props, checked: Boolean(chosen) });
  const words = h("span", null, label, description && h("small", null, description));
  return { value, input, element: h("label", { class: "tick" }, input, words) };
}

function group(ticks, { role, id, read, problem }) {
  const element = h(
    "div",
    { role, "aria-labelledby": `${id}-label` },
    ticks.map((each) => each.element),
  );
  return Object.assign(plain(element, read), { isGroup: true, problem, focus: () => ticks[0].input.focus() });
}

function box({ default: chosen }, { id }) {
  const element = h("input", { type: "checkbox", id, class: "single", checked: Boolean(chosen) });
  return plain(element, () => element.checked);
}
