// One message as a line of the list: who, when, what, and what can be done with it.

import { act, commands, source } from "./api.js";
import { components } from "./components.js";
import { h, icon, toast } from "./dom.js";
import { file, gallery, picture } from "./gallery.js";
import { choose } from "./interactions.js";
import { inline, plain, rich } from "./markdown.js";
import { openPerson, routes } from "./navigation.js";
import { menu } from "./popover.js";
import { clock } from "./time.js";
import { dismiss, history, touch, world } from "./world.js";

const TOGETHER = 300; // seconds within which one author's messages stand under one name

/** Draw a message; `before` is the one above it. */
export function line(message, before) {
  const redraw = () => touch(message.id);
  const joined = follows(message, before);
  const kind = [
    "message",
    joined && "joined",
    message.ephemeral && "ephemeral",
    message.mentions.includes(world.me) && "mentions-me",
  ];
  return h(
    "li",
    {
      class: kind.filter(Boolean).join(" "),
      "data-key": message.id,
      id: `m${message.id}`,
      tabindex: -1,
      oncontextmenu: (event) => offer(event, message),
    },
    message.used &&
      h(
        "p",
        { class: "used" },
        h("span", null, world.users.get(message.by)?.name ?? "Somebody"),
        " used ",
        h("b", null, message.used),
      ),
    joined ? null : avatarButton(message.author),
    h(
      "div",
      { class: "body" },
      joined
        ? null
        : h(
            "header",
            null,
            nameButton(message.author),
            message.author.bot && h("span", { class: "badge" }, "App"),
            clock(message.at),
          ),
      message.loading ? thinking() : content(message, redraw),
      message.thread && threadLink(message),
      message.ephemeral && aside(message),
    ),
    !message.ephemeral &&
      !message.loading &&
      h(
        "button",
        {
          type: "button",
          class: "more round",
          "aria-label": "More for this message",
          onclick: (event) => offer(event, message),
        },
        icon("dots"),
      ),
  );
}

/** A message as one sentence for a screen reader. */
export function spoken(message) {
  const words = [message.content, ...texts(message.components)].map(plain).filter(Boolean).join(". ");
  const pictures = message.attachments.length ? `${message.attachments.length} attached` : "";
  return `${message.author.name}: ${[words, pictures].filter(Boolean).join(", ") || "a message"}`;
}

/** A person's picture, or the beginning of their name on a colour of their own. */
export function avatar({ id, name, avatar: path, bot }) {
  const tint = [...id].reduce((sum, digit) => sum + Number(digit), 0) % 6;
  if (path) return h("img", { class: "avatar", src: source(`https://cdn.discordapp.com${path}`), alt: "" });
  return h(
    "span",
    { class: `avatar ${bot ? "bot" : `tint-${tint}`}`, "aria-hidden": "true" },
    bot ? icon("app") : name.slice(0, 1).toUpperCase(),
  );
}

function follows(message, before) {
  if (!before || message.used || message.ephemeral || before.ephemeral) return false;
  return before.author.id === message.author.id && message.at - before.at < TOGETHER && message.components.length === 0;
}

function avatarButton(author) {
  const open = (event) => openPerson(event.currentTarget, author.id);
  return h(
    "button",
    {
      type: "button",
      class: "face",
      tabindex: -1,
      "aria-label": `About ${author.name}`,
      onclick: open,
      oncontextmenu: (event) => (event.preventDefault(), event.stopPropagation(), open(event)),
    },
    avatar(author),
  );
}

function nameButton(author) {
  const open = (event) => openPerson(event.currentTarget, author.id);
  return h(
    "button",
    {
      type: "button",
      class: "name",
      onclick: open,
      oncontextmenu: (event) => (event.preventDefault(), event.stopPropagation(), open(event)),
    },
    author.name,
  );
}

function thinking() {
  return h(
    "p",
    { class: "thinking" },
    h("span", { class: "pulse", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    `${world.bot.name} is thinking…`,
  );
}

function content(message, redraw) {
  const shown = new Set(
    JSON.stringify(message.components)
      .match(/"attachment_id":"\d+"/g)
      ?.map((each) => each.slice(17, -1)),
  );
  const loose = message.attachments.filter((each) => !shown.has(each.id));
  const pictures = loose.filter((each) => each.type?.startsWith("image/"));
  return [
    message.content && h("div", { class: "rich" }, rich(message.content)),
    pictures.length > 0 && gallery(pictures.map(picture), message, redraw),
    loose.filter((each) => !pictures.includes(each)).map(file),
    message.embeds.map((each) => embed(each, message, redraw)),
    components(message.components, message, redraw),
  ];
}

function embed({ color, title, description, fields, image, footer }, message, redraw) {
  const colour = color ? { "--accent-bar": `#${color.toString(16).padStart(6, "0")}` } : {};
  return h(
    "div",
    { class: "container", style: colour },
    title && h("h5", null, inline(title)),
    description && h("div", { class: "rich" }, rich(description)),
    fields?.map((each) => h("div", { class: "rich" }, h("h5", null, inline(each.name)), rich(each.value))),
    image && gallery([picture(image)], message, redraw),
    footer && h("p", { class: "small" }, footer.text),
  );
}

function threadLink(message) {
  const thread = world.channels.get(message.id);
  if (!thread) return null;
  const count = history(thread.id).length;
  const open = () => routes.openThread(thread.id);
  return h(
    "button",
    { type: "button", class: "thread", onclick: open },
    icon("thread"),
    h("b", null, thread.name),
    h("span", null, `${count} ${count === 1 ? "message" : "messages"}`),
    icon("next"),
  );
}

function aside(message) {
  return h(
    "p",
    { class: "aside" },
    icon("eye"),
    "Only you can see this · ",
    h("button", { type: "button", class: "plain", onclick: () => dismiss(message) }, "Dismiss"),
  );
}

async function offer(event, message) {
  if (event.target.closest("a, input, textarea") || message.ephemeral || message.loading) return;
  event.preventDefault();
  const anchor = event.type === "contextmenu" ? pointer(event) : event.currentTarget;
  const apps = (await commands(message.channel)).filter((each) => each.kind === "message");
  const items = apps.map((each) => ({
    label: each.name,
    icon: "app",
    act: () => choose(each.name, message.channel, { message }),
  }));
  const remove = () => act("delete", { message: message.id }).catch((error) => toast(error.message));
  const own = message.author.id === world.me || world.channels.get(message.channel)?.manage;
  const mine = own ? [{ label: "Delete message", icon: "trash", danger: true, act: remove }] : [];
  menu(anchor, [{ heading: items.length ? "Apps" : "No apps here" }, ...items, ...mine], "Message");
}

/** Where the mouse is, as something that a menu can stand at. */
function pointer(event) {
  const { clientX: left, clientY: top, currentTarget } = event;
  const rectangle = new DOMRect(left, top, 0, 0);
  return {
    getBoundingClientRect: () => rectangle,
    closest: (query) => currentTarget.closest(query),
    focus: () => currentTarget.focus(),
  };
}

function texts(list) {
  return list.flatMap((each) => [...(each.content ? [each.content] : []), ...texts(each.components ?? [])]);
}
