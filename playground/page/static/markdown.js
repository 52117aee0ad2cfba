// Discord's markup as DOM nodes: headings, small print, quotes, lists, code, mentions, timestamps and links.

import { button, h } from "./dom.js";
import { jump, openPerson } from "./navigation.js";
import { stamp } from "./time.js";
import { world } from "./world.js";

const MESSAGE_LINK = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/(?:@me|\d+)\/(\d+)(?:\/(\d+))?$/;

const INLINE = [
  [/\\([^A-Za-z0-9\s])/y, ([, character]) => character],
  [/`([^`\n]+)`/y, ([, code]) => h("code", null, code)],
  [/\*\*(.+?)\*\*/sy, ([, inner]) => h("strong", null, inline(inner))],
  [/__(.+?)__/sy, ([, inner]) => h("u", null, inline(inner))],
  [/\*(?!\s)(.+?)(?<!\s)\*/sy, ([, inner]) => h("em", null, inline(inner))],
  [/(?<!\w)_(?!\s)(.+?)(?<!\s)_(?!\w)/sy, ([, inner]) => h("em", null, inline(inner))],
  [/~~(.+?)~~/sy, ([, inner]) => h("s", null, inline(inner))],
  [/\|\|(.+?)\|\|/sy, ([, inner]) => veiled(inline(inner))],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, ([, text, address]) => link(address, inline(text))],
  [/<@!?(\d+)>/y, ([, id]) => person(id)],
  [/<@&(\d+)>/y, ([, id]) => h("span", { class: "mention" }, `@${roleName(id)}`)],
  [/<#(\d+)>/y, ([, id]) => place(id)],
  [/<\/([^:>]+):\d+>/y, ([, name]) => h("span", { class: "mention" }, `/${name}`)],
  [/<t:(-?\d{1,12})(?::([tTdDfFR]))?>/y, ([, unix, style]) => stamp(Number(unix), style)],
  [/<a?:(\w+):\d+>/y, ([, name]) => `:${name}:`],
  [/<?(https?:\/\/[^\s<>]+[^\s<>.,:;"')\]])>?/y, ([, address]) => link(address, [label(address)])],
];
const SPECIAL = /[\\`*_~|[<h]/g;

const LINES = [
  [/^### (.*)/, (text) => h("h5", null, inline(text))],
  [/^## (.*)/, (text) => h("h4", null, inline(text))],
  [/^# (.*)/, (text) => h("h3", null, inline(text))],
  [/^-# (.*)/, (text) => h("p", { class: "small" }, inline(text))],
  [/^> (.*)/, (text) => h("blockquote", null, inline(text))],
  [/^ *[-*] (.*)/, (text) => h("p", { class: "item" }, inline(text))],
];

/** The nodes of a text with markup, block by block. */
export function rich(text) {
  const blocks = [];
  let plain = [];
  const flush = () => {
    const joined = plain.join("\n").replace(/^\n|\n$/g, "");
    if (joined.trim()) blocks.push(h("p", null, inline(joined)));
    plain = [];
  };
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    if (part.startsWith("```") && part.length > 5) {
      flush();
      blocks.push(h("pre", null, h("code", null, part.slice(3, -3).replace(/^\w*\n/, ""))));
      continue;
    }
    for (const line of part.split("\n")) {
      const [pattern, make] = LINES.find(([pattern]) => pattern.test(line)) ?? [];
      if (!pattern) {
        plain.push(line);
        continue;
      }
      flush();
      blocks.push(make(line.match(pattern)[1]));
    }
  }
  flush();
  return blocks;
}

/** The nodes of a text within a line. */
export function inline(text) {
  const nodes = [];
  let [at, begun] = [0, 0];
  while (at < text.length) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(text);
    if (!special) break;
    at = special.index;
    const [found, make] = match(text, at);
    if (!found) {
      at += 1;
      continue;
    }
    if (begun < at) nodes.push(text.slice(begun, at));
    nodes.push(make(found));
    at = begun = at + found[0].length;
  }
  if (begun < text.length) nodes.push(text.slice(begun));
  return nodes;
}

/** The text without any markup, for labels and announcements. */
export function plain(text) {
  return h("div", null, rich(text)).textContent;
}

function match(text, at) {
  for (const [pattern, make] of INLINE) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return [found, make];
  }
  return [];
}

function link(address, children) {
  const inside = address.match(MESSAGE_LINK);
  const leave = { target: "_blank", rel: "noopener noreferrer" };
  const stay = { onclick: (event) => (event.preventDefault(), jump(inside[1], inside[2])) };
  return h("a", { href: inside ? "#" : address, class: inside && "jump", ...(inside ? stay : leave) }, children);
}

function label(address) {
  const inside = address.match(MESSAGE_LINK);
  return inside ? `# ${world.channels.get(inside[1])?.name ?? "somewhere"} › message` : address;
}

function veiled(children) {
  const reveal = (event) => event.currentTarget.classList.add("seen");
  return button({ class: "veil", "aria-label": "Spoiler: show the text", onclick: reveal }, children);
}

function person(id) {
  const known = world.users.get(id);
  if (!known) return h("span", { class: "mention" }, "@somebody");
  const own = id === world.me ? "mention own" : "mention";
  return button({ class: own, onclick: (event) => openPerson(event.currentTarget, id) }, `@${known.name}`);
}

function place(id) {
  const known = world.channels.get(id);
  const name = `#${known?.name ?? "somewhere"}`;
  return button({ class: "mention", onclick: () => jump(id) }, name);
}

function roleName(id) {
  for (const guild of world.guilds.values()) for (const role of guild.roles) if (role.id === id) return role.name;
  return "a role";
}
