// Fields that people fill in, for commands and forms alike: texts with suggestions, and files with previews.

import { h, icon } from "./dom.js";
import { Suggestions } from "./popover.js";

const MOST_BYTES = 25 * 1024 * 1024;

/** A field for files by picker, drop or paste; `changed` is told of the files after each change. */
export function fileField({ id, most = 1, label, describedby, changed = () => {} }) {
  let files = [];
  const input = h("input", {
    type: "file",
    id,
    multiple: most > 1,
    accept: "image/*,.heic,.avif",
    "aria-describedby": describedby,
    "aria-label": label,
    onchange: () => (add([...input.files]), (input.value = "")),
  });
  const hint = h("span", null);
  const error = h("p", { class: "error", role: "alert" });
  const list = h("ul", { class: "previews" });
  const area = h(
    "label",
    { class: "drop", ondragover: (event) => event.preventDefault(), ondrop: (event) => take(event) },
    input,
    icon("image"),
    hint,
  );
  const element = h("div", { class: "files" }, list, area, error);

  const take = (event) => {
    event.preventDefault();
    event.stopPropagation();
    add([...event.dataTransfer.files]);
  };
  const add = (more) => {
    const large = more.find((each) => each.size > MOST_BYTES);
    error.textContent = large ? `${large.name} is larger than 25 MB.` : "";
    const fitting = more.filter((each) => each.size <= MOST_BYTES);
    files = most === 1 && fitting.length ? fitting.slice(0, 1) : [...files, ...fitting].slice(0, most);
    draw();
  };
  const drop = (file) => {
    files = files.filter((each) => each !== file);
    draw();
    input.focus();
  };
  const draw = () => {
    list.replaceChildren(...files.map((each) => preview(each, () => drop(each))));
    area.hidden = files.length === most;
    hint.textContent =
      most === 1 ? "Choose, drop or paste" : `${files.length ? "More" : "Choose or drop"}, up to ${most}`;
    changed(files);
  };
  draw();
  return {
    element,
    add,
    focus: () => input.focus(),
    get files() {
      return files;
    },
  };
}

/** A picked file as a small picture with a way to take it back. */
export function preview(file, remove) {
  const address = URL.createObjectURL(file);
  const image = h("img", { src: address, alt: "", onerror: () => image.replaceWith(icon("file")) });
  return h(
    "li",
    null,
    image,
    h("span", { title: file.name }, file.name),
    h(
      "button",
      { type: "button", class: "round", "aria-label": `Remove ${file.name}`, onclick: remove },
      icon("close"),
    ),
  );
}

/**
 * A text field with suggestions.
 *
 * `suggest` gives `{label, value}`s for what is typed, at once or later; with `strict` only those are accepted.
 */
export function comboField({ id, suggest, strict, label, placeholder, changed = () => {} }) {
  let [value, latest, timer] = [null, 0, 0];
  const input = h("input", {
    type: "text",
    id,
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-label": label,
    placeholder,
  });
  const set = (item) => ((input.value = item.label), (value = item.value), changed());
  const suggestions = new Suggestions(input, { label, take: set });
  const look = async () => {
    const turn = (latest += 1);
    const items = await suggest(input.value);
    if (turn === latest && document.activeElement === input)
      suggestions.show(items, { first: strict || input.value !== "" });
    return items;
  };
  const later = () => (clearTimeout(timer), (timer = setTimeout(look, strict ? 0 : 120)));
  input.addEventListener("input", () => ((value = strict ? null : input.value || null), changed(), later()));
  input.addEventListener("focus", later);
  input.addEventListener("click", () => suggestions.open || later());

  const settle = async () => {
    if (!strict || value !== null || input.value === "") return true;
    const same = (await suggest(input.value)).find(
      (each) => each.label.toLowerCase() === input.value.trim().toLowerCase(),
    );
    if (same) set(same);
    return Boolean(same);
  };
  return {
    element: input,
    focus: () => input.focus(),
    settle,
    get value() {
      return value;
    },
  };
}

/** Those of `items` that have the text in their label. */
export function fitting(items, text) {
  const typed = text.trim().toLowerCase();
  return items.filter((each) => each.label.toLowerCase().includes(typed)).slice(0, 25);
}
