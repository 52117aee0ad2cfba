// The page as a whole: who one is, which channel and which thread are open, and what happens on a change.

import * as api from "./api.js";
import { announce, h, icon, toast } from "./dom.js";
import { choose } from "./interactions.js";
import { avatar, spoken } from "./message.js";
import { routes } from "./navigation.js";
import { Pane } from "./pane.js";
import { menu } from "./popover.js";
import { linked } from "./photos.js";
import { sidebar } from "./sidebar.js";
import { tick } from "./time.js";
import { become, company, find, on, touch, world } from "./world.js";

const WIDE = matchMedia("(min-width: 1080px)");
const NARROW = matchMedia("(max-width: 760px)");
const panes = { main: null, side: null };
const unread = new Set();
const announced = new Set();
let shownAs = null;
let wanted = new URLSearchParams(location.hash.slice(1));

function open(id, slot = world.channels.get(id)?.parent ? "side" : "main") {
  if (panes[slot]?.channel === id) return panes[slot];
  panes[slot]?.close();
  panes[slot] = new Pane(id, slot === "side" ? [closer()] : [drawer(), crowd(id)]);
  document.getElementById(slot).replaceChildren(panes[slot].element);
  document.body.classList.toggle("split", panes.side !== null);
  unread.delete(id);
  keepAddress();
  drawSides();
  return panes[slot];
}

function closeSide({ focus = true } = {}) {
  panes.side?.close();
  panes.side = null;
  document.body.classList.remove("split");
  keepAddress();
  drawSides();
  if (focus) panes.main?.composer.focus();
}

/** Open a place as a person asks for it, its parent beside it. */
function go(id) {
  const { parent } = world.channels.get(id);
  document.body.classList.remove("drawn");
  if (parent) open(parent);
  else closeSide({ focus: false });
  const pane = open(id);
  pane.toEnd();
  if (!NARROW.matches) pane.composer.focus();
  seal();
  return pane;
}

function jump(channel, message) {
  if (!world.channels.has(channel)) return toast("That place is gone, or not yours to see.");
  const pane = panes.main?.channel === channel ? panes.main : go(channel);
  if (message && !pane.point(message)) toast("That message is gone.");
  return undefined;
}

function switchTo(person) {
  document.body.classList.remove("drawn");
  unread.clear();
  const direct = !world.channels.get(panes.main?.channel)?.guild;
  wanted = new URLSearchParams({
    in: panes.main?.channel ?? "",
    thread: panes.side?.channel ?? "",
    ...(direct && { direct }),
  });
  document.getElementById("content").inert = true; // until the world is theirs
  become(person);
}

/** Everything is new: because one came, became somebody else, or was cut off for a moment. */
function arrive() {
  for (const messages of world.messages.values()) for (const id of messages.keys()) announced.add(id);
  if (shownAs === world.me && world.channels.has(panes.main?.channel)) {
    Object.values(panes).forEach((pane) => pane?.draw());
    return drawSides();
  }
  shownAs = world.me;
  const places = [...world.channels.values()];
  const direct = places.find((each) => !each.guild);
  const usual = places.find((each) => each.guild && !each.parent) ?? direct;
  const known = (name) => (world.channels.has(wanted.get(name)) ? wanted.get(name) : null);
  const thread = known("thread");
  closeSide({ focus: false });
  panes.main?.close();
  panes.main = null;
  open(known("in") ?? (wanted.get("direct") ? direct : usual).id, "main");
  if (thread) open(thread);
  return seal();
}

function draw(message) {
  for (const pane of Object.values(panes)) if (pane?.channel === message.channel) pane.update(message);
}

function changed(message) {
  draw(message);
  if (world.channels.get(message.channel)?.parent) touch(message.channel); // its card counts the messages
  linked(message)
    .filter((id) => id !== message.id)
    .forEach(touch);
  const isShown = Object.values(panes).some((pane) => pane?.channel === message.channel);
  const isNew = !announced.has(message.id) && !message.loading;
  if (!isNew) return;
  announced.add(message.id);
  announce(spoken(message));
  if (!isShown && message.author.id !== world.me) unread.add(message.channel);
  drawSides();
}

/** A thread on the card of one's own request opens by itself where there is room for it. */
function threaded(thread) {
  touch(thread.id);
  const card = find(thread.id);
  if (card?.by === world.me && card.channel === panes.main?.channel && WIDE.matches && !panes.side) open(thread.id);
  drawSides();
}

function gone({ channel, id }) {
  for (const pane of Object.values(panes)) if (pane?.channel === channel) pane.draw();
  announced.delete(id);
}

async function openPerson(anchor, id) {
  const person = world.users.get(id);
  const channel = (panes.side?.element.contains(anchor) ? panes.side : panes.main).channel;
  const apps = (await api.commands(channel)).filter((each) => each.kind === "user");
  const persona = world.people.find((each) => each.id === id);
  const items = apps.map((each) => ({
    label: each.name,
    icon: "app",
    act: () => choose(each.name, channel, { user: id }),
  }));
  const other =
    persona && id !== world.me ? [{ label: `Be ${person.name}`, icon: "people", act: () => switchTo(id) }] : [];
  const about = persona?.about ?? (person.bot ? "app" : "member");
  menu(anchor, [{ heading: `${person.name}, ${about}` }, ...other, ...items], person.name);
}

function crowd(channel) {
  const list = (event) => {
    const anchor = event.currentTarget;
    const items = company(channel).map((each) => ({
      label: each.name,
      icon: each.bot ? "app" : "people",
      act: () => openPerson(anchor, each.id),
    }));
    menu(anchor, [{ heading: "People here" }, ...items], "People here");
  };
  return h(
    "button",
    { type: "button", class: "crowd", "aria-label": "People here", onclick: list },
    company(channel).slice(0, 4).map(avatar),
    icon("down"),
  );
}

function drawer() {
  const draw = () => (document.body.classList.add("drawn"), seal(), document.querySelector("#sidebar button")?.focus());
  return h(
    "button",
    {
      type: "button",
      class: "round drawer",
      "data-at": "start",
      "aria-label": "Channels, and whom you are",
      onclick: draw,
    },
    icon("menu"),
  );
}

function closer() {
  return h(
    "button",
    { type: "button", class: "round", "aria-label": "Close the thread", onclick: () => closeSide() },
    icon("close"),
  );
}

function drawSides() {
  const shown = Object.values(panes)
    .filter(Boolean)
    .map((pane) => pane.channel);
  sidebar({ shown, unread, go, become: switchTo });
}

/** On a narrow page, what is behind the drawer, or in it while it is shut, can't be reached. */
function seal() {
  const drawn = document.body.classList.contains("drawn");
  document.getElementById("sidebar").inert = NARROW.matches && !drawn;
  document.getElementById("content").inert = NARROW.matches && drawn;
}

function keepAddress() {
  const where = { as: world.me, in: panes.main?.channel ?? "", ...(panes.side && { thread: panes.side.channel }) };
  history.replaceState(null, "", `${location.pathname}#${new URLSearchParams(where)}`);
}

async function main() {
  Object.assign(routes, { jump, openPerson, openThread: go });
  const { people, command } = await api.about();
  Object.assign(world, { people, command });
  on("world", arrive);
  on("message", changed);
  on("touched", draw);
  on("gone", gone);
  on("channel", threaded);
  on("bot", drawSides);
  setInterval(tick, 1000);
  NARROW.addEventListener("change", seal);
  document.getElementById("curtain").addEventListener("click", () => (document.body.classList.remove("drawn"), seal()));
  addEventListener(
    "keydown",
    ({ key }) =>
      key === "Escape" &&
      document.body.classList.contains("drawn") &&
      (document.body.classList.remove("drawn"), seal()),
  );
  const asked = wanted.get("as");
  become(people.some((each) => each.id === asked) ? asked : people[0].id);
}

main();
