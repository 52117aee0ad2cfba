// The page as a whole: who one is, which channel and which thread are open, and what happens on a change.

import { about } from "./api.js";
import { announce, iconButton, toast } from "./dom.js";
import { spoken } from "./message.js";
import { routes } from "./navigation.js";
import { Pane } from "./pane.js";
import { crowd, personMenu } from "./people.js";
import { linked } from "./photos.js";
import { sidebar } from "./sidebar.js";
import { tick } from "./time.js";
import { become, find, on, touch, world } from "./world.js";

const WIDE = matchMedia("(min-width: 1080px)");
const NARROW = matchMedia("(max-width: 760px)");
const [body, content] = [document.body, document.getElementById("content")];

const panes = { main: null, side: null };
const unread = new Set();
const heard = new Map();
const led = new Set();
let shownAs = null;
let wanted = new URLSearchParams(location.hash.slice(1));

/** Open a channel in the middle, or a thread at its side; nothing happens where it is open. */
function open(id) {
  const slot = world.channels.get(id).parent ? "side" : "main";
  if (panes[slot]?.channel === id) return panes[slot];
  panes[slot]?.close();
  panes[slot] = new Pane(id, tools(id, slot));
  document.getElementById(slot).append(panes[slot].element);
  unread.delete(id);
  settle();
  return panes[slot];
}

function tools(id, slot) {
  if (slot === "side") return { last: iconButton("close", "Close the thread", leaveThread) };
  const drawer = iconButton("menu", "Channels, and whom you are", () => draw(true), "drawer");
  return { first: drawer, last: crowd(id, openPerson) };
}

function close(slot) {
  panes[slot]?.close();
  panes[slot] = null;
  settle();
}

function leaveThread() {
  close("side");
  panes.main.composer.focus();
}

/** What follows from which panes are open: the layout, the sidebar, and the address, to which a reload returns. */
function settle() {
  body.classList.toggle("split", panes.side !== null);
  drawSidebar();
  const where = { as: world.me, in: panes.main?.channel ?? "", ...(panes.side && { thread: panes.side.channel }) };
  window.history.replaceState(null, "", `${location.pathname}#${new URLSearchParams(where)}`);
}

function drawSidebar() {
  const shown = opened().map((pane) => pane.channel);
  sidebar({ shown, unread, go, become: switchTo });
}

function opened() {
  return Object.values(panes).filter(Boolean);
}

/** Open a place as a person asks for it, a thread with its channel beside it. */
function go(id) {
  const { parent } = world.channels.get(id);
  draw(false);
  if (parent) open(parent);
  else close("side");
  const pane = open(id);
  pane.toEnd();
  if (!NARROW.matches) pane.composer.focus(); // on a phone, that would open the keyboard
  return pane;
}

function jump(channel, message) {
  if (!world.channels.has(channel)) return toast("That place is gone, or not yours to see.");
  const pane = opened().find((each) => each.channel === channel && each.element.offsetParent) ?? go(channel);
  if (message && !pane.point(message)) toast("That message is gone.");
  return undefined;
}

function openPerson(anchor, id) {
  const pane = opened().find(({ element }) => element.contains(anchor)) ?? panes.main;
  personMenu(anchor, id, pane.channel, switchTo);
}

/** Be somebody else, in the same place if they see it. */
function switchTo(person) {
  const isDirect = !world.channels.get(panes.main.channel).guild;
  wanted = new URLSearchParams({
    in: panes.main.channel,
    thread: panes.side?.channel ?? "",
    ...(isDirect && { isDirect }),
  });
  unread.clear();
  draw(false);
  content.inert = true; // until the world is theirs
  become(person);
}

/** Everything is new: because one came, became somebody else, or was cut off for a moment. */
function arrive() {
  for (const messages of world.messages.values()) for (const each of messages.values()) hear(each);
  if (shownAs === world.me && world.channels.has(panes.main?.channel)) {
    opened().forEach((pane) => pane.draw());
    return drawSidebar();
  }
  shownAs = world.me;
  const places = [...world.channels.values()];
  const [direct, channel] = [places.find((each) => !each.guild), places.find((each) => each.guild && !each.parent)];
  const usual = (wanted.get("isDirect") ? direct : channel) ?? direct;
  const [main, thread] = ["in", "thread"].map((name) => world.channels.get(wanted.get(name)));
  close("side");
  close("main");
  open((main ?? usual).id);
  if (thread) open(thread.id);
  return seal();
}

function update(message) {
  opened()
    .filter((pane) => pane.channel === message.channel)
    .forEach((pane) => pane.update(message));
}

function changed(message) {
  update(message);
  if (world.channels.get(message.channel).parent) touch(message.channel); // its card counts the messages
  for (const id of linked(message)) {
    touch(id); // which may only now be known to be of a photo from here
    lead(message, world.channels.get(find(id).channel));
  }
  if (message.loading) return;
  const isNew = !heard.has(message.id);
  if (hear(message)) announce(spoken(message), message.lang ?? "");
  if (!isNew) return;
  const isShown = opened().some((pane) => pane.channel === message.channel);
  if (!isShown && message.author.id !== world.me) unread.add(message.channel);
  drawSidebar();
}

/** Whether a message says what was not heard yet: it is new, or its pictures are others. */
function hear({ id, attachments }) {
  const pictures = attachments.map((each) => each.name).join("/");
  const isNews = heard.get(id) !== pictures;
  heard.set(id, pictures);
  return isNews;
}

/** A thread for the result of one's own request opens by itself, once, where there is room for it. */
function lead(card, thread) {
  const isMine = card?.by === world.me && card.channel === panes.main?.channel;
  if (!isMine || !thread?.parent || led.has(card.id)) return;
  led.add(card.id);
  if (WIDE.matches && !panes.side) open(thread.id);
}

function threaded(thread) {
  touch(thread.id);
  lead(find(thread.id), thread);
  drawSidebar();
}

function gone({ channel }) {
  opened()
    .filter((pane) => pane.channel === channel)
    .forEach((pane) => pane.draw());
}

/** Draw the sidebar over a narrow page, or put it away. */
function draw(isDrawn) {
  body.classList.toggle("drawn", isDrawn);
  seal();
  if (isDrawn) document.querySelector("#sidebar button").focus();
}

/** On a narrow page, what is behind the drawer, or in it while it is shut, can't be reached. */
function seal() {
  const isDrawn = body.classList.contains("drawn");
  document.getElementById("sidebar").inert = NARROW.matches && !isDrawn;
  content.inert = NARROW.matches && isDrawn;
}

async function main() {
  Object.assign(routes, { jump, openPerson });
  Object.assign(world, await about());
  on("world", arrive);
  on("message", changed);
  on("touched", update);
  on("gone", gone);
  on("channel", threaded);
  on("bot", drawSidebar);
  on("language", () => opened().forEach((pane) => pane.draw()));
  setInterval(tick, 1000);
  NARROW.addEventListener("change", seal);
  document.getElementById("curtain").addEventListener("click", () => draw(false));
  addEventListener("keydown", ({ key }) => key === "Escape" && body.classList.contains("drawn") && draw(false));
  const asked = world.people.find((each) => each.id === wanted.get("as"));
  become((asked ?? world.people[0]).id);
}

main();
