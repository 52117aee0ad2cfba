// The bot's modals: forms of texts, choices and files that open over the page and are sent back as a whole.

import { bounds, offered, preset, selectButton } from "./components.js";
import { h, icon } from "./dom.js";
import { fileField } from "./fields.js";
import { rich } from "./markdown.js";
import { choices } from "./popover.js";

let serial = 0;

/**
 * Open a modal of a channel; `send` gets its values and files by custom_id.
 *
 * Where `send` throws, the form stays open and says why.
 */
export function form(modal, channel, send) {
  const fields = modal.components.map((each) => part(each, channel)).filter(Boolean);
  const problem = h("p", { class: "error", role: "alert" });
  const submit = h("button", { class: "button primary" }, "Submit");
  const cancel = h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel");
  const title = h("h2", { id: `form-${(serial += 1)}` }, modal.title);
  const close = h(
    "button",
    { type: "button", class: "round", "aria-label": "Close", onclick: () => dialog.close() },
    icon("close"),
  );
  const body = h(
    "form",
    { method: "dialog", novalidate: true },
    h("header", null, title, close),
    h(
      "div",
      { class: "fields" },
      fields.map((each) => each.element),
    ),
    problem,
    h("footer", null, cancel, submit),
  );
  const dialog = h("dialog", { class: "form", "aria-labelledby": title.id }, body);
  dialog.addEventListener("close", () => dialog.remove());

  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fields.filter((each) => !each.check());
    if (wrong.length) return wrong[0].focus();
    submit.setAttribute("aria-busy", "true");
    const files = fields.filter((each) => each.files?.length).map((each) => [each.id, each.files]);
    const values = fields.filter((each) => each.id && each.files === undefined).map((each) => [each.id, each.value]);
    try {
      await send(Object.fromEntries(values), Object.fromEntries(files));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      submit.removeAttribute("aria-busy");
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  fields.find((each) => each.id)?.focus();
}

function part(component, channel) {
  if (component.type === 10)
    return { element: h("div", { class: "rich" }, rich(component.content)), check: () => true };
  if (component.type === 1)
    return part({ type: 18, label: component.components[0].label, component: component.components[0] }, channel);
  if (component.type !== 18) return null;
  const { label, description, component: inner } = component;
  const id = `field-${(serial += 1)}`;
  const field = FIELDS[inner.type]?.(inner, { id, label, channel, describedby: description && `${id}-about` });
  if (!field) return null;
  const required = inner.required ?? true;
  const error = h("p", { class: "error", id: `${id}-error` });
  const element = h(
    "div",
    { class: "field" },
    h(
      field.group ? "p" : "label",
      { class: "label", id: `${id}-label`, for: field.group ? null : id },
      label,
      required && h("span", { class: "needed", title: "Required" }, " *"),
    ),
    description && h("p", { class: "small", id: `${id}-about` }, description),
    field.element,
    error,
  );
  const check = () => {
    error.textContent = field.problem() ?? "";
    element.classList.toggle("wrong", Boolean(error.textContent));
    return !error.textContent;
  };
  return {
    element,
    id: inner.custom_id,
    check,
    focus: field.focus,
    get value() {
      return field.value;
    },
    get files() {
      return field.files;
    },
  };
}

const FIELDS = {
  3: select,
  4: text,
  5: select,
  6: select,
  7: select,
  8: select,
  19: upload,
  21: radio,
  22: boxes,
  23: box,
};

function text(
  { style, placeholder, value, min_length: least = 0, max_length: most = 4000, required = true },
  { id, describedby },
) {
  const shared = { id, placeholder, minlength: least, maxlength: most, required, "aria-describedby": describedby };
  const element = style === 2 ? h("textarea", { ...shared, rows: 4 }) : h("input", { ...shared, type: "text" });
  element.value = value ?? "";
  const problem = () => {
    const { length } = element.value;
    if (!length) return required ? "Please fill this in." : null;
    return length < least ? `At least ${least} characters.` : null;
  };
  return {
    element,
    problem,
    focus: () => element.focus(),
    get value() {
      return element.value;
    },
  };
}

function select(component, { id, label, channel }) {
  const items = offered(component, channel);
  const limits = bounds(component);
  let chosen = preset(component);
  const open = () =>
    choices(element, { items, chosen, ...limits, label, choose: (values) => ((chosen = values), draw()) });
  const element = selectButton("", { id, onclick: open, "aria-labelledby": `${id}-label ${id}` });
  const draw = () => {
    const names = items.filter((each) => chosen.includes(each.value)).map((each) => each.label);
    element.firstChild.textContent = names.join(", ") || component.placeholder || "Make a choice";
    element.dataset.empty = names.length === 0;
  };
  draw();
  const problem = () =>
    chosen.length < limits.least
      ? limits.least === 1
        ? "Please choose one."
        : `Please choose at least ${limits.least}.`
      : null;
  return {
    element,
    problem,
    focus: () => element.focus(),
    get value() {
      return chosen;
    },
  };
}

function upload(component, { id, label, describedby }) {
  const { least, most } = bounds(component);
  const field = fileField({ id, most, label, describedby });
  const problem = () =>
    field.files.length < least ? (least === 1 ? "Please add a file." : `Please add at least ${least} files.`) : null;
  return {
    element: field.element,
    problem,
    focus: field.focus,
    get files() {
      return field.files;
    },
  };
}

function radio(component, { id }) {
  const inputs = ticks(component, id, "radio");
  const picked = () => inputs.find((each) => each.input.checked)?.value ?? null;
  const problem = () => (picked() === null && (component.required ?? true) ? "Please choose one." : null);
  return group(inputs, id, problem, picked, "radiogroup");
}

function boxes(component, { id }) {
  const inputs = ticks(component, id, "checkbox");
  const picked = () => inputs.filter((each) => each.input.checked).map((each) => each.value);
  const { least, most } = bounds({ ...component, max_values: component.max_values ?? component.options.length });
  const problem = () =>
    picked().length < least || picked().length > most
      ? `Please choose ${least === most ? most : `${least} to ${most}`}.`
      : null;
  return group(inputs, id, problem, picked, "group");
}

function ticks({ options }, name, type) {
  return options.map(({ value, label, description, default: chosen }) => {
    const input = h("input", { type, name, checked: Boolean(chosen) });
    return {
      value,
      input,
      element: h(
        "label",
        { class: "tick" },
        input,
        h("span", null, label, description && h("small", null, description)),
      ),
    };
  });
}

function group(inputs, id, problem, picked, role) {
  const element = h(
    "div",
    { role, "aria-labelledby": `${id}-label` },
    inputs.map((each) => each.element),
  );
  return {
    element,
    group: true,
    problem,
    focus: () => inputs[0].input.focus(),
    get value() {
      return picked();
    },
  };
}

function box({ default: chosen }, { id }) {
  const input = h("input", { type: "checkbox", id, class: "single", checked: Boolean(chosen) });
  return {
    element: input,
    problem: () => null,
    focus: () => input.focus(),
    get value() {
      return input.checked;
    },
  };
}
