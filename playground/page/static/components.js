// Discord's message components as DOM nodes: containers, texts, sections, galleries, rows, buttons and selects.

import { source } from "./api.js";
import { button, classes, h } from "./dom.js";
import { file, gallery, picture } from "./gallery.js";
import { isBusy, use } from "./interactions.js";
import { lightbox } from "./lightbox.js";
import { rich } from "./markdown.js";
import { choices } from "./popover.js";
import { bounds, offered, preset, selectButton } from "./selects.js";
import { KIND } from "./tree.js";

const LOOKS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };
const LINK = 5;

const DRAWN = {
  [KIND.ROW]: row,
  [KIND.BUTTON]: press,
  [KIND.STRING_SELECT]: select,
  [KIND.USER_SELECT]: select,
  [KIND.ROLE_SELECT]: select,
  [KIND.MENTIONABLE_SELECT]: select,
  [KIND.CHANNEL_SELECT]: select,
  [KIND.SECTION]: section,
  [KIND.TEXT]: ({ content }) => h("div", { class: "rich" }, rich(content)),
  [KIND.THUMBNAIL]: thumbnail,
  [KIND.GALLERY]: ({ items }, message, redraw) => gallery(items.map(exhibit), message, redraw),
  [KIND.FILE]: (component) => file({ ...component.file, name: component.name, size: component.size }),
  [KIND.SEPARATOR]: ({ divider, spacing }) =>
    h("hr", { class: classes(divider === false && "plain", spacing === 2 && "wide") }),
  [KIND.CONTAINER]: container,
};

/** The nodes of components; `redraw` draws their message anew after a change on this page alone. */
export function components(list, message, redraw) {
  return list.map((each) => DRAWN[each.type]?.(each, message, redraw));
}

/** The style of a bar in a colour that a bot chose, a number. */
export function bar(colour) {
  return Number.isInteger(colour) ? { "--bar": `#${colour.toString(16).padStart(6, "0")}` } : {};
}

function container({ components: inner, accent_color: colour }, message, redraw) {
  return h("div", { class: "container", style: bar(colour) }, components(inner, message, redraw));
}

function section({ components: inner, accessory }, message, redraw) {
  const words = h("div", null, components(inner, message, redraw));
  return h("div", { class: "section" }, words, components([accessory], message, redraw));
}

function row({ components: inner }, message) {
  return h("div", { class: "row" }, components(inner, message));
}

function exhibit({ media, description, spoiler }) {
  return picture({ ...media, description, spoiler });
}

function thumbnail({ media, description, spoiler }) {
  const shown = { src: source(media.url), alt: description ?? "" };
  if (!shown.src) return null;
  const label = shown.alt ? `Open the picture: ${shown.alt}` : "Open the picture";
  const look = classes("thumbnail", spoiler && "hidden");
  return button({ class: look, "aria-label": label, onclick: () => lightbox([shown], 0) }, h("img", shown));
}

function press(component, message) {
  const { style, label, emoji, url, disabled } = component;
  const sign = emoji?.name && h("span", { class: "emoji", "aria-hidden": label ? "true" : null }, emoji.name);
  if (style === LINK) {
    return h("a", { class: "button link", href: url, target: "_blank", rel: "noopener noreferrer" }, sign, label);
  }
  const look = `button ${LOOKS[style] ?? "secondary"}`;
  const state = { disabled: Boolean(disabled), "aria-busy": isBusy(message, component) && "true" };
  return button({ class: look, ...state, onclick: () => use(message, component) }, sign, label);
}

function select(component, message) {
  const items = offered(component, message.channel);
  const chosen = preset(component);
  const names = items.filter((each) => chosen.includes(each.value)).map((each) => each.label);
  const label = component.placeholder ?? "Choose";
  const choose = (values) => use(message, component, values);
  return selectButton(names, component.placeholder, {
    disabled: Boolean(component.disabled),
    "aria-busy": isBusy(message, component) && "true",
    onclick: (event) => choices(event.currentTarget, { items, chosen, ...bounds(component), label, choose }),
  });
}
