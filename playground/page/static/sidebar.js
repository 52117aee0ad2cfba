// The side of the page: servers with their channels and threads, conversations, and whom one is.

import { act } from "./api.js";
import { button, classes, h, icon, morph } from "./dom.js";
import { avatar } from "./people.js";
import { countOf, speak, world } from "./world.js";

const MOST_THREADS = 8; // of a channel, the newest

/** Draw it anew; `shown` are the open channels, `unread` those with news, `go` and `become` what a click does. */
export function sidebar({ shown, unread, go, become }) {
  const element = document.getElementById("sidebar");
  morph(element.querySelector(".brand"), brand());
  morph(
    element.querySelector(".places"),
    nav((each) => entry(each, { shown, unread, go })),
  );
  morph(element.querySelector(".who"), who(become));
}

function brand() {
  const { name, online } = world.bot;
  const state = h(
    "small",
    { class: classes("state", online && "online") },
    h("i"),
    online ? "online" : "not connected",
  );
  return h("div", { class: "brand" }, avatar(world.bot), h("p", null, h("b", null, name), state));
}

function nav(draw) {
  const all = [...world.channels.values()];
  const servers = [...world.guilds.values()].map(({ id, name, has_bot: isHere }) => {
    const channels = all.filter((each) => each.guild === id && !each.parent);
    const away = !isHere && h("span", { class: "badge" }, `without ${world.bot.name}`);
    return group([name, away], channels.flatMap((each) => [each, ...threads(all, each)]).map(draw));
  });
  const direct = all.filter((each) => !each.guild).map(draw);
  const conversations = direct.length > 0 && group("Direct messages", direct);
  return h("nav", { class: "places", "aria-label": "Channels" }, servers, conversations);
}

function threads(all, { id }) {
  return all.filter((each) => each.parent === id).slice(-MOST_THREADS);
}

function group(title, entries) {
  return h(
    "section",
    null,
    h("h2", null, title),
    h(
      "ul",
      null,
      entries.map((each) => h("li", null, each)),
    ),
  );
}

function entry({ id, name, guild, parent }, { shown, unread, go }) {
  const [isOpen, hasNews, count] = [shown.includes(id), unread.has(id), countOf(id)];
  const look = classes("entry", parent && "nested", isOpen && "open", hasNews && "news");
  return button(
    { class: look, "aria-current": isOpen && "true", onclick: () => go(id) },
    icon(parent ? "thread" : guild ? "hash" : "at"),
    h("span", null, name),
    hasNews && h("span", { class: "dot", role: "img", "aria-label": "unread" }),
    parent && count > 0 && h("small", null, String(count)),
  );
}

function who(become) {
  const people = world.people.filter(({ id }) => world.users.has(id)).map((each) => person(each, become));
  const languages = Object.entries(world.languages);
  const speech = languages.length > 1 && tongue(languages);
  return h("div", { class: "who" }, h("fieldset", null, h("legend", null, "You are"), people), speech);
}

function tongue(languages) {
  const options = languages.map(([locale, name]) => {
    return h("option", { value: locale, lang: locale, selected: locale === world.locale }, name);
  });
  return h("label", { class: "tongue" }, "Language", h("select", { onchange: changeTongue }, options));
}

async function changeTongue({ target: { value: locale } }) {
  await act("speak", { locale });
  speak(locale);
}

function person({ id, about }, become) {
  const isMe = id === world.me;
  const user = world.users.get(id);
  const input = h("input", { type: "radio", name: "who", value: id, checked: isMe, onchange: () => become(id) });
  const words = h("span", null, h("b", null, user.name), h("small", null, about));
  return h("label", { class: classes("person", isMe && "me"), "data-key": id }, input, avatar(user), words);
}
