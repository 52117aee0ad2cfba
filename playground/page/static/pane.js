// One channel or thread on the page: its head, its messages and where one writes.

import { Composer } from "./composer.js";
import { button, h, icon, morph } from "./dom.js";
import { filesOf } from "./files.js";
import { line } from "./message.js";
import { company, history, world } from "./world.js";

const NEAR = 120; // pixels from the end within which one is taken to be reading the newest
const AIR = 12; // pixels above a message that begins at the top
const POINT_MS = 2000;

export class Pane {
  #life = new AbortController();
  #isAtEnd = true;
  #last = undefined;

  /** `first` and `last` are buttons for the head. */
  constructor(channel, { first, last }) {
    const { name, kind } = world.channels.get(channel);
    this.channel = channel;
    this.title = kind === "text" ? `#${name}` : name;
    this.composer = new Composer(channel, this.title, this.#life.signal);
    this.list = h("ol", { class: "messages" });
    const about = { class: "scroller", tabindex: 0, role: "region", "aria-label": `Messages in ${this.title}` };
    this.scroller = h("div", about, this.#welcome(), this.list);
    this.newest = button({ class: "newest", hidden: true, onclick: () => this.toEnd() }, icon("down"), "New messages");
    this.element = h(
      "section",
      { class: "pane", "aria-label": this.title },
      h("header", { class: "head" }, first, this.#sign(), h("h2", null, name), h("p", null, this.#topic()), last),
      h("div", { class: "middle" }, this.scroller, this.newest),
      this.composer.element,
    );
    this.scroller.addEventListener("scroll", () => this.#scrolled());
    const observer = new ResizeObserver(() => this.#isAtEnd && this.toEnd());
    [this.list, this.scroller].forEach((each) => observer.observe(each)); // pictures come later, forms go
    this.#acceptDrops();
    this.draw();
  }

  /** Bring the whole list up to date. */
  draw() {
    const messages = history(this.channel);
    const lines = messages.map((each, index) => line(each, messages[index - 1]));
    morph(this.list, h("ol", { class: "messages" }, lines));
    const last = messages.at(-1);
    const isNew = last && last.id !== this.#last;
    this.#last = last?.id;
    if (this.#isAtEnd || (isNew && isMine(last))) this.toEnd();
    else if (isNew) this.newest.hidden = false;
  }

  /** Bring one message up to date; a new one draws the list. */
  update({ id }) {
    const messages = history(this.channel);
    const index = messages.findIndex((each) => each.id === id);
    const standing = this.#find(id);
    if (standing && index >= 0) morph(standing, line(messages[index], messages[index - 1]));
    else this.draw();
  }

  /** Show a message and point it out; whether it is there. */
  point(id) {
    const element = this.#find(id);
    if (!element) return false;
    this.#isAtEnd = false;
    const isTall = element.offsetHeight > this.scroller.clientHeight;
    element.scrollIntoView({ block: isTall ? "start" : "center" });
    element.focus({ preventScroll: true });
    element.classList.add("pointed");
    setTimeout(() => element.classList.remove("pointed"), POINT_MS);
    return true;
  }

  toEnd() {
    this.scroller.scrollTop = Math.max(this.scroller.scrollTop, this.#end());
    this.newest.hidden = true;
  }

  close() {
    this.#life.abort();
    this.element.remove();
  }

  #find(id) {
    return this.list.querySelector(`#m${id}`);
  }

  /** How far to scroll for the newest message: to the end, but not past the beginning of a tall one. */
  #end() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const newest = this.list.lastElementChild?.getBoundingClientRect().top ?? Infinity;
    const begins = newest - this.scroller.getBoundingClientRect().top + scrollTop;
    return Math.min(scrollHeight - clientHeight, begins - AIR);
  }

  #scrolled() {
    this.#isAtEnd = this.scroller.scrollTop > this.#end() - NEAR;
    if (this.#isAtEnd) this.newest.hidden = true;
  }

  #sign() {
    const { guild, parent } = world.channels.get(this.channel);
    if (parent) return icon("thread");
    return icon(guild ? "hash" : "at");
  }

  #topic() {
    const { guild, parent } = world.channels.get(this.channel);
    if (parent) return `in #${world.channels.get(parent)?.name ?? "a channel"}`;
    return world.guilds.get(guild)?.name ?? "Direct message";
  }

  #welcome() {
    const { guild, parent } = world.channels.get(this.channel);
    if (parent) return null;
    const begin = () => this.composer.beginNamed(world.command);
    const start = button({ class: "button primary", onclick: begin }, `Try /${world.command}`);
    const title = guild ? `Welcome to ${this.title}` : this.title;
    return h("div", { class: "welcome" }, h("h3", null, title), h("p", null, this.#manners()), start);
  }

  #manners() {
    const { guild } = world.channels.get(this.channel);
    if (!guild) return "Only the two of you see what is said here.";
    const isHere = company(this.channel).some((each) => each.id === world.bot.id);
    if (isHere) return "Everybody here sees what you post. Pick a photo, or type / to see what can be done with it.";
    return `${world.bot.name} isn't in this server. You bring it along yourself.`;
  }

  #acceptDrops() {
    const drag = (isOver) => this.element.classList.toggle("dropping", isOver);
    this.element.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      drag(true);
    });
    this.element.addEventListener("dragleave", ({ relatedTarget }) => drag(this.element.contains(relatedTarget)));
    this.element.addEventListener("drop", (event) => {
      drag(false);
      if (event.defaultPrevented) return; // a field took them
      event.preventDefault();
      this.composer.add(filesOf(event.dataTransfer));
    });
  }
}

function isMine({ author, by }) {
  return author.id === world.me || by === world.me;
}
