// Builds DOM nodes and brings standing ones up to date in place; a text is always text, never HTML.

const SVG = "http://www.w3.org/2000/svg";
const NOTE_MS = 6000;
const handlers = new WeakMap();

/** A new element: `on…` are listeners, `style` an object of CSS properties, false and null leave an attribute out. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  const listeners = {};
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith("on")) listeners[name] = value;
    else if (name === "style") setStyle(node, value);
    else if (isSet(value)) node.setAttribute(name, value === true ? "" : value);
  }
  listen(node, listeners);
  node.append(...children.flat(Infinity).filter(isSet));
  return node;
}

/** A button that does something here and sends no form. */
export function button(props, ...children) {
  return h("button", { type: "button", ...props }, ...children);
}

/** A round button with an icon, whose words are for those who don't see it. */
export function iconButton(name, label, onclick, look = "") {
  return button({ class: `round ${look}`.trim(), "aria-label": label, title: label, onclick }, icon(name));
}

/** Names of CSS classes, those that are set. */
export function classes(...names) {
  return names.filter(isSet).join(" ");
}

function isSet(value) {
  return value !== false && value !== null && value !== undefined && value !== "";
}

function setStyle(node, properties) {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
}

function listen(node, listeners) {
  for (const name of Object.keys(handlers.get(node) ?? {})) node[name] = null;
  Object.assign(node, listeners);
  handlers.set(node, listeners);
}

/** Make `old` look and act like `fresh`, touching only what differs, so that pictures don't flicker and focus stays. */
export function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.dataset?.key !== fresh.dataset?.key) {
    old.replaceWith(fresh);
    return fresh;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return old;
  }
  morphAttributes(old, fresh);
  listen(old, handlers.get(fresh) ?? {});
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  before.slice(after.length).forEach((each) => each.remove());
  after.forEach((each, index) => (index < before.length ? morph(before[index], each) : old.append(each)));
  return old;
}

function morphAttributes(old, fresh) {
  for (const name of ["checked", "selected"]) if (old[name] !== fresh[name]) old[name] = fresh[name];
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) === value) continue;
    if (name === "style")
      old.style.cssText = value; // the page's policy lets no attribute through
    else old.setAttribute(name, value);
  }
}

const ICONS = {
  app: "M12 3l2.2 5.3L20 9l-4.3 3.8L17 19l-5-3-5 3 1.3-6.2L4 9l5.8-.7z",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z M16 12v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12 M18 6L6 18",
  compare: "M12 3v18 M8 8l-4 4 4 4 M16 8l4 4-4 4",
  dots: "M5 12h.01 M12 12h.01 M19 12h.01",
  down: "M6 9l6 6 6-6",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  file: "M6 3h8l4 4v14H6z M14 3v4h4",
  hash: "M5 9h14 M5 15h14 M10 4L8 20 M16 4l-2 16",
  image: "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15 9h.01",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  next: "M9 5l7 7-7 7",
  people: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4.5 20.5a7.5 7.5 0 0 1 15 0",
  plus: "M12 5v14 M5 12h14",
  send: "M4 12l16-8-6 16-3-7z M11 13l9-9",
  thread: "M5 4v9a3 3 0 0 0 3 3h11 M15 12l4 4-4 4",
  trash: "M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13",
};

/** A line drawing that says nothing to a screen reader: what it means stands beside it, or in a label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Tell a screen reader what just happened, in this language; "" is one that nobody knows. */
export function announce(text, lang = "") {
  Object.assign(document.getElementById("announcer"), { lang, textContent: text });
}

/** A sentence at the edge of the page that goes away by itself. */
export function toast(text) {
  const note = h("p", { class: "toast" }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), NOTE_MS);
}
