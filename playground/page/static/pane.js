// One channel or thread on the page: its head, its messages and where one writes.

import { Composer } from "./composer.js";
import { h, icon, morph } from "./dom.js";
import { line } from "./message.js";
import { company, history, world } from "./world.js";

const NEAR = 120; // pixels from the end within which one is taken to be reading the newest

export class Pane {
  /** `tools` are buttons for the head. */
  constructor(channel, tools = []) {
    this.channel = channel;
    const { name, kind } = world.channels.get(channel);
    const title = kind === "text" ? `#${name}` : name;
    this.life = new AbortController();
    this.composer = new Composer(channel, title, this.life.signal);
    this.list = h("ol", { class: "messages", "aria-label": `Messages in ${title}` });
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: 0, role: "region", "aria-label": title },
      this.#welcome(),
      this.list,
    );
    this.newest = h(
      "button",
      { type: "button", class: "newest", hidden: true, onclick: () => this.toEnd() },
      icon("down"),
      "New messages",
    );
    const badge = kind === "text" ? "hash" : kind === "public_thread" ? "thread" : "at";
    this.element = h(
      "section",
      { class: "pane", "aria-label": title },
      h(
        "header",
        { class: "head" },
        tools.filter((each) => each.dataset.at === "start"),
        icon(badge),
        h("h2", null, name),
        h("p", null, this.#topic()),
        tools.filter((each) => each.dataset.at !== "start"),
      ),
      h("div", { class: "middle" }, this.scroller, this.newest),
      this.composer.element,
    );
    this.#acceptDrops();
    this.atEnd = true;
    this.scroller.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.list);
    this.draw();
  }

  /** Bring the whole list up to date. */
  draw() {
    const messages = history(this.channel);
    morph(
      this.list,
      h(
        "ol",
        { class: "messages", "aria-label": this.list.getAttribute("aria-label") },
        messages.map((each, index) => line(each, messages[index - 1])),
      ),
    );
    if (this.atEnd) this.toEnd();
    else this.newest.hidden = false;
  }

  /** Bring one message up to date, if it is here; a new one draws the list. */
  update(message) {
    const messages = history(this.channel);
    const index = messages.findIndex((each) => each.id === message.id);
    const standing = this.list.querySelector(`#m${message.id}`);
    if (!standing || index < 0) return this.draw();
    return morph(standing, line(messages[index], messages[index - 1]));
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newest.hidden = true;
  }

  /** Show a message and point it out. */
  point(id) {
    const element = this.list.querySelector(`#m${id}`);
    if (!element) return false;
    this.atEnd = false;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    element.classList.add("pointed");
    setTimeout(() => element.classList.remove("pointed"), 2000);
    return true;
  }

  close() {
    this.life.abort();
    this.element.remove();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.newest.hidden = true;
  }

  #topic() {
    const { guild, parent } = world.channels.get(this.channel);
    if (parent) return `in #${world.channels.get(parent)?.name ?? "a channel"}`;
    return world.guilds.get(guild)?.name ?? "Direct message";
  }

  #welcome() {
    const { name, kind, guild } = world.channels.get(this.channel);
    if (kind === "public_thread") return null;
    const here = company(this.channel).some((each) => each.id === world.bot.id);
    const words = {
      text: here
        ? "Everybody here sees what you post. Pick a photo, or type / to see what can be done with it."
        : `${world.bot.name} isn't in ${world.guilds.get(guild)?.name}; you bring it along, and its answers are for you.`,
    };
    const begin = () => this.composer.beginNamed(world.command);
    const start = h("button", { type: "button", class: "button primary", onclick: begin }, `Try /${world.command}`);
    return h(
      "div",
      { class: "welcome" },
      h("h3", null, kind === "text" ? `Welcome to #${name}` : name),
      h("p", null, words[kind] ?? "Only the two of you see this."),
      start,
    );
  }

  #acceptDrops() {
    const files = (event) => event.dataTransfer?.types.includes("Files");
    this.element.addEventListener(
      "dragover",
      (event) => files(event) && (event.preventDefault(), this.element.classList.add("dropping")),
    );
    this.element.addEventListener("dragleave", (event) =>
      event.relatedTarget && this.element.contains(event.relatedTarget)
        ? null
        : this.element.classList.remove("dropping"),
    );
    this.element.addEventListener("drop", (event) => {
      this.element.classList.remove("dropping");
      if (!files(event) || event.defaultPrevented) return;
      event.preventDefault();
      this.composer.add([...event.dataTransfer.files]);
    });
  }
}
