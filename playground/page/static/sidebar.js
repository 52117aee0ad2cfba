// The side of the page: servers with their channels and threads, conversations, and whom one is.

import { h, icon, morph } from "./dom.js";
import { avatar } from "./message.js";
import { history, world } from "./world.js";

/** Draw it anew; `shown` are the open channels, `unread` those with news, `go` and `become` what a click does. */
export function sidebar({ shown, unread, go, become }) {
  const element = document.getElementById("sidebar");
  morph(element.querySelector(".brand"), brand());
  morph(
    element.querySelector(".places"),
    h("nav", { class: "places", "aria-label": "Channels" }, groups({ shown, unread, go })),
  );
  morph(element.querySelector(".who"), who(become));
}

function brand() {
  const state = world.bot.online ? "online" : "not connected";
  return h(
    "div",
    { class: "brand" },
    avatar({ ...world.bot, bot: true }),
    h(
      "p",
      null,
      h("b", null, world.bot.name),
      h("small", { class: world.bot.online ? "state online" : "state" }, h("i", { "aria-hidden": "true" }), state),
    ),
  );
}

function groups(how) {
  const all = [...world.channels.values()];
  const servers = [...world.guilds.values()].map((guild) => {
    const own = all.filter((each) => each.guild === guild.id && !each.parent);
    const away = guild.has_bot ? null : h("span", { class: "badge" }, `without ${world.bot.name}`);
    return group(
      [guild.name, away],
      own.flatMap((each) => [each, ...threads(all, each)]),
      how,
    );
  });
  const direct = all.filter((each) => !each.guild);
  return [...servers, direct.length > 0 && group(["Direct messages"], direct, how)];
}

function threads(all, channel) {
  return all.filter((each) => each.parent === channel.id).slice(-8);
}

function group(title, channels, how) {
  return h(
    "section",
    null,
    h("h2", null, title),
    h(
      "ul",
      null,
      channels.map((each) => h("li", null, entry(each, how))),
    ),
  );
}

function entry(channel, { shown, unread, go }) {
  const [open, news] = [shown.includes(channel.id), unread.has(channel.id)];
  const kind = channel.parent ? "thread" : channel.guild ? "hash" : "at";
  const look = ["entry", channel.parent && "nested", open && "open", news && "news"].filter(Boolean).join(" ");
  return h(
    "button",
    { type: "button", class: look, "aria-current": open ? "true" : null, onclick: () => go(channel.id) },
    kind === "at"
      ? avatar(world.bot.name === channel.name ? { ...world.bot, bot: true } : { id: channel.id, name: channel.name })
      : icon(kind),
    h("span", null, channel.name),
    news && h("span", { class: "dot", role: "img", "aria-label": "unread" }),
    channel.parent && history(channel.id).length > 0 && h("small", null, String(history(channel.id).length)),
  );
}

function who(become) {
  const choices = world.people.map(({ id, about }) => {
    const person = world.users.get(id);
    if (!person) return null;
    const input = h("input", { type: "radio", name: "who", value: id, onchange: () => become(id) });
    input.checked = id === world.me;
    return h(
      "label",
      { class: id === world.me ? "person me" : "person", "data-key": id },
      input,
      avatar(person),
      h("span", null, h("b", null, person.name), h("small", null, about)),
    );
  });
  return h("div", { class: "who" }, h("fieldset", null, h("legend", null, "You are"), choices));
}
