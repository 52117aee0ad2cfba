// People: what they look like, and what can be done with them.

import { commands, source } from "./api.js";
import { button, classes, h, icon } from "./dom.js";
import { choose } from "./interactions.js";
import { menu } from "./popover.js";
import { company, world } from "./world.js";

const TINTS = 6;
const MOST_FACES = 4;

/** A person's picture, or the beginning of their name on a colour of their own. */
export function avatar({ id, name, avatar: path, bot }) {
  if (path) return h("img", { class: "avatar", src: source(`https://cdn.discordapp.com${path}`), alt: "" });
  const tint = [...id].reduce((sum, digit) => sum + Number(digit), 0) % TINTS;
  const look = classes("avatar", bot ? "bot" : `tint-${tint}`);
  return h("span", { class: look, "aria-hidden": "true" }, bot ? icon("app") : name.slice(0, 1).toUpperCase());
}

/** Who somebody is, the apps for them in a channel, and the way to be them. */
export async function personMenu(anchor, id, channel, become) {
  const person = world.users.get(id);
  const persona = world.people.find((each) => each.id === id);
  const apps = (await commands(channel)).filter((each) => each.kind === "user");
  const items = apps.map(({ name }) => ({ label: name, icon: "app", act: () => choose(name, channel, { user: id }) }));
  if (persona && id !== world.me) items.unshift({ label: `Be ${person.name}`, icon: "people", act: () => become(id) });
  menu(anchor, `${person.name}, ${persona?.about ?? (person.bot ? "app" : "member")}`, items);
}

/** A button with the faces of those who are in a channel; `open` shows one of them. */
export function crowd(channel, open) {
  const list = ({ currentTarget: anchor }) => {
    const entry = ({ id, name, bot }) => ({ label: name, icon: bot ? "app" : "people", act: () => open(anchor, id) });
    menu(anchor, "People here", company(channel).map(entry));
  };
  const faces = company(channel).slice(0, MOST_FACES).map(avatar);
  return button({ class: "crowd", "aria-label": "People here", onclick: list }, faces, icon("down"));
}
