// Files that people pick: a field for them, and what they look like.

import { h, icon, iconButton } from "./dom.js";

/** What the pickers of this page offer; Chromium knows no name for some kinds of photos. */
export const PICTURES = "image/*,.heic,.avif";

const MOST_BYTES = 25 * 1024 * 1024;

/** A field for up to `most` files by picker, drop or paste. */
export class FileField {
  #files = [];

  constructor({ id, most = 1, label, about }) {
    const picker = { type: "file", id, multiple: most > 1, accept: PICTURES, "aria-label": label };
    this.most = most;
    this.input = h("input", { ...picker, "aria-describedby": about, onchange: () => this.#picked() });
    this.hint = h("span");
    this.error = h("p", { class: "error", role: "alert" });
    this.list = h("ul", { class: "previews" });
    this.area = h("label", { class: "drop" }, this.input, icon("image"), this.hint);
    this.element = h("div", { class: "files" }, this.list, this.area, this.error);
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    this.element.addEventListener("drop", (event) => this.#dropped(event));
    this.#draw();
  }

  get files() {
    return this.#files;
  }

  focus() {
    this.input.focus();
  }

  /** Take files: one replaces the one before, several are added. */
  add(files) {
    const large = files.find((each) => each.size > MOST_BYTES);
    this.error.textContent = large ? `${large.name} is larger than 25 MB.` : "";
    const fitting = files.filter((each) => each.size <= MOST_BYTES);
    if (!fitting.length) return;
    this.#files = this.most === 1 ? [fitting[0]] : [...this.#files, ...fitting].slice(0, this.most);
    this.#draw();
  }

  #picked() {
    this.add([...this.input.files]);
    this.input.value = ""; // the same file may be picked again
  }

  #dropped(event) {
    event.preventDefault();
    this.add([...event.dataTransfer.files]);
  }

  #remove(file) {
    this.#files = this.#files.filter((each) => each !== file);
    this.#draw();
    this.focus();
  }

  #draw() {
    this.list.replaceChildren(...this.#files.map((each) => preview(each, () => this.#remove(each))));
    this.area.hidden = this.#files.length === this.most;
    const several = `${this.#files.length ? "More" : "Choose or drop"}, up to ${this.most}`;
    this.hint.textContent = this.most === 1 ? "Choose, drop or paste" : several;
  }
}

/** A picked file as a small picture with a way to take it back. */
export function preview(file, remove) {
  const address = URL.createObjectURL(file);
  const image = h("img", { src: address, alt: "" });
  image.addEventListener("load", () => URL.revokeObjectURL(address));
  image.addEventListener("error", () => image.replaceWith(icon("file")));
  return h(
    "li",
    null,
    image,
    h("span", { title: file.name }, file.name),
    iconButton("close", `Remove ${file.name}`, remove),
  );
}

/** The files of a paste or a drop. */
export function filesOf(transfer) {
  return [...(transfer?.files ?? [])];
}
