// Where one writes: a text with pictures, or, after a slash, a command.

import { act, commands } from "./api.js";
import { CommandForm, lines } from "./command.js";
import { h, icon, iconButton, toast } from "./dom.js";
import { fitting } from "./fields.js";
import { PICTURES, filesOf, preview } from "./files.js";
import { Suggestions } from "./suggestions.js";
import { on } from "./world.js";

const MOST_FILES = 10;
const MOST_TEXT = 2000;
const MOST_HEIGHT = 200; // pixels

export class Composer {
  #files = [];
  #known = [];
  #learnt = Promise.resolve();
  #form = null;

  /** `title` is the channel's name; on `signal` it hears no more of new commands. */
  constructor(channel, title, signal) {
    const words = { placeholder: `Write in ${title}, or type /`, "aria-label": `Write in ${title}` };
    this.channel = channel;
    this.field = h("textarea", { rows: 1, maxlength: MOST_TEXT, ...words });
    this.tray = h("ul", { class: "previews" });
    this.picker = h("input", { type: "file", multiple: true, accept: PICTURES, hidden: true });
    const pick = iconButton("plus", "Add pictures", () => this.picker.click());
    const send = h("button", { class: "round send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.bar = h("form", { class: "bar" }, this.tray, pick, this.picker, this.field, send);
    this.element = h("div", { class: "composer" }, this.bar);
    const take = ({ value }) => this.begin(value);
    this.palette = new Suggestions(this.field, { label: "Commands", anchor: this.bar, above: true, take });
    this.#listen();
    on("commands", () => this.#learn(), signal);
    this.#learn();
  }

  /** Take pictures: into the command that is being filled in, or beside the text. */
  add(files) {
    const left = this.#form ? this.#form.add(files) : files;
    this.#files = [...this.#files, ...left].slice(0, MOST_FILES);
    this.#drawTray();
    if (!this.#form) this.field.focus();
  }

  /** Fill in a command, with the pictures that lie ready. */
  begin(command) {
    this.field.value = "";
    this.#form = new CommandForm(command, this.channel, () => this.#end());
    this.#files = this.#form.add(this.#files);
    this.#drawTray();
    this.bar.hidden = true;
    this.element.append(this.#form.element);
    this.#form.focus();
  }

  /** Fill in the command of this name, if it is offered here. */
  async beginNamed(name) {
    await this.#learnt;
    const command = this.#known.find((each) => each.name === name);
    if (command && !this.#form) this.begin(command);
  }

  focus() {
    (this.#form ?? this.field).focus();
  }

  #listen() {
    this.picker.addEventListener("change", () => {
      this.add([...this.picker.files]);
      this.picker.value = "";
    });
    this.bar.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.element.addEventListener("paste", (event) => {
      const files = filesOf(event.clipboardData);
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
  }

  async #learn() {
    this.#learnt = commands(this.channel);
    this.#known = lines(await this.#learnt);
    if (document.activeElement === this.field) this.#typed(); // somebody was faster
  }

  #typed() {
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, MOST_HEIGHT)}px`);
    if (!this.field.value.startsWith("/")) return this.palette.hide();
    const items = this.#known.map((each) => ({ label: `/${each.name}`, description: each.description, value: each }));
    return this.palette.show(fitting(items, this.field.value));
  }

  #end() {
    this.#form.element.remove();
    this.#form = null;
    this.bar.hidden = false;
    this.field.focus();
  }

  #drawTray() {
    const remove = (file) => {
      this.#files = this.#files.filter((each) => each !== file);
      this.#drawTray();
      this.field.focus();
    };
    this.tray.replaceChildren(...this.#files.map((each) => preview(each, () => remove(each))));
  }

  async #send() {
    const [text, files] = [this.field.value.trim(), this.#files];
    if (!text && !files.length) return;
    try {
      await act("say", { channel: this.channel, text }, files.length ? { files } : {});
    } catch (error) {
      toast(error.message);
      return;
    }
    this.field.value = "";
    this.#files = [];
    this.#drawTray();
    this.#typed();
  }
}
