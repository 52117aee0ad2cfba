// Where one writes: a text with pictures, or, after a slash, a command.

import { act, commands } from "./api.js";
import { CommandForm, lines } from "./command.js";
import { h, icon, toast } from "./dom.js";
import { fitting, preview } from "./fields.js";
import { Suggestions } from "./popover.js";
import { on } from "./world.js";

const MOST_FILES = 10;

export class Composer {
  constructor(channel, name, signal) {
    Object.assign(this, { channel, files: [], known: [], form: null });
    const picker = h("input", {
      type: "file",
      multiple: true,
      accept: "image/*,.heic,.avif",
      hidden: true,
      onchange: () => (this.add([...picker.files]), (picker.value = "")),
    });
    this.field = h("textarea", {
      rows: 1,
      placeholder: `Write in ${name}, or type /`,
      "aria-label": `Write in ${name}`,
      maxlength: 2000,
    });
    this.tray = h("ul", { class: "previews" });
    this.bar = h(
      "form",
      { class: "bar" },
      this.tray,
      h(
        "button",
        {
          type: "button",
          class: "round",
          "aria-label": "Add pictures",
          title: "Add pictures",
          onclick: () => picker.click(),
        },
        icon("plus"),
      ),
      picker,
      this.field,
      h("button", { class: "round send", "aria-label": "Send" }, icon("send")),
    );
    this.element = h("div", { class: "composer" }, this.bar);
    this.palette = new Suggestions(this.field, {
      label: "Commands",
      anchor: this.bar,
      above: true,
      take: ({ value }) => this.begin(value),
    });
    this.bar.addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("paste", (event) => this.#pasted(event));
    on("commands", () => this.#learn(), signal);
    this.#learn();
  }

  /** Take pictures: into the command that is being filled in, or beside the text. */
  add(files) {
    const left = this.form ? this.form.add(files) : files;
    this.files = [...this.files, ...left].slice(0, MOST_FILES);
    this.#drawTray();
    if (!this.form) this.field.focus();
  }

  /** Fill in a command, with the pictures that lie ready. */
  begin(command) {
    this.field.value = "";
    this.form = new CommandForm(command, this.channel, () => this.#end());
    this.files = this.form.add(this.files);
    this.#drawTray();
    this.bar.hidden = true;
    this.element.append(this.form.element);
    this.form.focus();
  }

  /** Begin the command of this name, if it is offered here. */
  async beginNamed(name) {
    await this.learnt;
    const command = this.known.find((each) => each.name === name);
    if (command && !this.form) this.begin(command);
  }

  focus() {
    (this.form ?? this.field).focus();
  }

  #end() {
    this.form.element.remove();
    this.form = null;
    this.bar.hidden = false;
    this.field.focus();
  }

  #learn() {
    this.learnt = commands(this.channel).then((offered) => {
      this.known = lines(offered);
      if (document.activeElement === this.field) this.#typed(); // somebody was faster
    });
  }

  #typed() {
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, 200)}px`);
    const typed = /^\/(.*)$/.exec(this.field.value);
    if (!typed) return this.palette.hide();
    const items = this.known.map((each) => ({ label: `/${each.name}`, description: each.description, value: each }));
    return this.palette.show(fitting(items, typed[1]));
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  #drawTray() {
    const remove = (file) => ((this.files = this.files.filter((each) => each !== file)), this.#drawTray());
    this.tray.replaceChildren(...this.files.map((each) => preview(each, () => remove(each))));
  }

  async #send() {
    const [text, files] = [this.field.value.trim(), this.files];
    if (!text && !files.length) return;
    try {
      await act("say", { channel: this.channel, text }, files.length ? { files } : {});
    } catch (error) {
      toast(error.message);
      return;
    }
    this.field.value = "";
    this.files = [];
    this.#drawTray();
    this.#typed();
  }
}
