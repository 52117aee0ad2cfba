// One message as a line of the list: who, when, what, and what can be done with it.

import { act, commands } from "./api.js";
import { bar, components } from "./components.js";
import { button, classes, h, icon, iconButton, toast } from "./dom.js";
import { file, gallery, picture } from "./gallery.js";
import { choose } from "./interactions.js";
import { inline, plain, rich } from "./markdown.js";
import { jump, openPerson } from "./navigation.js";
import { avatar } from "./people.js";
import { menu } from "./popover.js";
import { clock } from "./time.js";
import { exhibited, texts } from "./tree.js";
import { countOf, dismiss, touch, world } from "./world.js";

const TOGETHER = 300; // seconds within which one author's messages stand under one name

/** Draw a message; `before` is the one above it. */
export function line(message, before) {
  const isJoined = follows(message, before);
  const isPinged = message.mentions.includes(world.me);
  const look = ["message", isJoined && "joined", message.ephemeral && "ephemeral", isPinged && "mentions-me"];
  const offered = hasMenu(message) && ((event) => offer(event, message));
  return h(
    "li",
    {
      class: classes(...look),
      "data-key": message.id,
      id: `m${message.id}`,
      tabindex: -1,
      oncontextmenu: offered || null,
    },
    message.used && usage(message),
    !isJoined && face(message.author),
    h(
      "div",
      { class: "body" },
      !isJoined && head(message),
      message.loading ? thinking() : h("div", { class: "said", lang: message.lang }, content(message)),
      message.thread && threadLink(message),
      message.ephemeral && aside(message),
    ),
    offered && iconButton("dots", "More for this message", offered, "more"),
  );
}

/** A message as one sentence for a screen reader. */
export function spoken(message) {
  const words = texts(message).map(plain).filter(Boolean).join(". ");
  const attached = message.attachments.length > 0 && `${message.attachments.length} attached`;
  return `${message.author.name}: ${[words, attached].filter(Boolean).join(", ") || "a message"}`;
}

function follows(message, before) {
  if (!before || message.used || message.ephemeral || before.ephemeral || message.components.length > 0) return false;
  return before.author.id === message.author.id && message.at - before.at < TOGETHER;
}

function usage({ by, used }) {
  return h(
    "p",
    { class: "used" },
    h("span", null, world.users.get(by)?.name ?? "Somebody"),
    " used ",
    h("b", null, used),
  );
}

function head({ author, at }) {
  const name = button({ class: "name", ...about(author) }, author.name);
  return h("header", null, name, author.bot && h("span", { class: "badge" }, "App"), clock(at));
}

function face(author) {
  return button(
    { class: "face", tabindex: -1, "aria-label": `About ${author.name}`, ...about(author) },
    avatar(author),
  );
}

/** Both mouse buttons show who it is. */
function about(author) {
  const open = (event) => {
    event.preventDefault();
    event.stopPropagation();
    openPerson(event.currentTarget, author.id);
  };
  return { onclick: open, oncontextmenu: open };
}

function thinking() {
  const dots = h("span", { class: "pulse", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  return h("p", { class: "thinking" }, dots, `${world.bot.name} is thinking…`);
}

function content(message) {
  const redraw = () => touch(message.id);
  const shown = exhibited(message);
  const loose = message.attachments.filter((each) => !shown.has(each.id));
  const [pictures, files] = [loose.filter(isPicture), loose.filter((each) => !isPicture(each))];
  return [
    message.content && h("div", { class: "rich" }, rich(message.content)),
    pictures.length > 0 && gallery(pictures.map(picture), message, redraw),
    files.map(file),
    message.embeds.map((each) => embed(each, message, redraw)),
    components(message.components, message, redraw),
  ];
}

function isPicture({ type }) {
  return type?.startsWith("image/");
}

function embed({ color, title, description, fields = [], image, thumbnail, footer }, message, redraw) {
  const shown = image ?? thumbnail;
  return h(
    "div",
    { class: "container", style: bar(color) },
    title && h("h5", null, inline(title)),
    description && h("div", { class: "rich" }, rich(description)),
    fields.map(({ name, value }) => h("div", { class: "rich" }, h("h5", null, inline(name)), rich(value))),
    shown && gallery([picture({ ...shown, url: shown.proxy_url ?? shown.url })], message, redraw),
    footer && h("p", { class: "small" }, footer.text),
  );
}

function threadLink({ id }) {
  const thread = world.channels.get(id); // which has the message's own id
  if (!thread) return null;
  const count = countOf(id);
  const words = [h("b", null, thread.name), h("span", null, `${count} ${count === 1 ? "message" : "messages"}`)];
  return button({ class: "thread", onclick: () => jump(id) }, icon("thread"), words, icon("next"));
}

function aside(message) {
  const take = button({ class: "plain", onclick: () => dismiss(message) }, "Dismiss");
  return h("p", { class: "aside" }, icon("eye"), "Only you can see this · ", take);
}

function hasMenu({ ephemeral, loading }) {
  return !ephemeral && !loading;
}

async function offer(event, message) {
  if (event.type === "contextmenu" && event.target.closest("a")) return; // the browser's own menu
  event.preventDefault();
  const anchor = event.type === "contextmenu" ? pointer(event) : event.currentTarget;
  const { channel } = message;
  const apps = (await commands(channel)).filter((each) => each.kind === "message");
  const items = apps.map(({ name }) => ({ label: name, icon: "app", act: () => choose(name, channel, { message }) }));
  const mayDelete = message.author.id === world.me || world.channels.get(channel)?.manage;
  if (mayDelete) items.push({ label: "Delete message", icon: "trash", danger: true, act: () => remove(message) });
  menu(anchor, apps.length ? "Apps" : "No apps here", items);
}

async function remove({ id }) {
  try {
    await act("delete", { message: id });
  } catch (error) {
    toast(error.message);
  }
}

/** Where the mouse is, as something that a menu can stand at. */
function pointer({ clientX, clientY, currentTarget }) {
  const spot = new DOMRect(clientX, clientY, 0, 0);
  return { getBoundingClientRect: () => spot, closest: () => null, focus: () => currentTarget.focus() };
}
