// Discord's message components as DOM nodes: containers, texts, sections, galleries, rows, buttons and selects.

import { source } from "./api.js";
import { h, icon } from "./dom.js";
import { file, gallery, picture } from "./gallery.js";
import { isBusy, use } from "./interactions.js";
import { lightbox } from "./lightbox.js";
import { rich } from "./markdown.js";
import { choices } from "./popover.js";
import { company, world } from "./world.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const THREADS_AND_TEXTS = { 0: "text", 2: "voice", 11: "public_thread" };

const KINDS = {
  1: row,
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: ({ content }) => h("div", { class: "rich" }, rich(content)),
  11: thumbnail,
  12: ({ items }, message, redraw) =>
    gallery(
      items.map((each) => picture({ ...each, ...each.media })),
      message,
      redraw,
    ),
  13: (component) => file({ ...component.file, name: component.name, size: component.size }),
  14: ({ divider, spacing }) =>
    h("hr", { class: `${divider === false ? "plain" : ""} ${spacing === 2 ? "wide" : ""}` }),
  17: container,
};

/** The nodes of components; `redraw` draws their message anew after a change on this page alone. */
export function components(list, message, redraw) {
  return list.map((each) => KINDS[each.type]?.(each, message, redraw));
}

function container({ components: inner, accent_color: accent, spoiler }, message, redraw) {
  const colour =
    accent === undefined || accent === null ? {} : { "--accent-bar": `#${accent.toString(16).padStart(6, "0")}` };
  return h(
    "div",
    { class: spoiler ? "container veil-block" : "container", style: colour },
    components(inner, message, redraw),
  );
}

function section({ components: texts, accessory }, message, redraw) {
  return h(
    "div",
    { class: "section" },
    h("div", null, components(texts, message, redraw)),
    components([accessory], message, redraw),
  );
}

function thumbnail({ media, description, spoiler }) {
  const shown = { src: source(media.url), alt: description ?? "" };
  if (!shown.src) return null;
  const label = `Open the picture${shown.alt ? `: ${shown.alt}` : ""}`;
  const image = h("img", { src: shown.src, alt: shown.alt });
  return h(
    "button",
    {
      type: "button",
      class: spoiler ? "thumbnail hidden" : "thumbnail",
      "aria-label": label,
      onclick: () => lightbox([shown], 0),
    },
    image,
  );
}

function row({ components: inner }, message) {
  return h(
    "div",
    { class: "row" },
    inner.map((each) => KINDS[each.type](each, message)),
  );
}

function button(component, message) {
  const { style, label, emoji, url, disabled } = component;
  const words = [emoji?.name && h("span", { class: "emoji", "aria-hidden": label ? "true" : null }, emoji.name), label];
  const look = `button ${STYLES[style] ?? "secondary"}`;
  if (style === 5) return h("a", { class: look, href: url, target: "_blank", rel: "noopener noreferrer" }, words);
  const waits = isBusy(message, component.custom_id);
  const press = () => use(message, component);
  return h(
    "button",
    {
      type: "button",
      class: look,
      disabled: Boolean(disabled),
      "aria-busy": waits ? "true" : null,
      "data-id": component.custom_id,
      onclick: press,
    },
    words,
  );
}

function select(component, message) {
  const items = offered(component, message.channel);
  const chosen = preset(component);
  const names = items.filter((each) => chosen.includes(each.value)).map((each) => each.label);
  const open = (event) =>
    choices(event.currentTarget, {
      items,
      chosen,
      ...bounds(component),
      label: component.placeholder ?? "Choose",
      choose: (values) => use(message, component, values),
    });
  return selectButton(names.join(", ") || component.placeholder || "Make a choice", {
    disabled: Boolean(component.disabled),
    "aria-busy": isBusy(message, component.custom_id) ? "true" : null,
    "data-id": component.custom_id,
    "data-empty": names.length === 0,
    onclick: open,
  });
}

/** What opens the list of a select. */
export function selectButton(text, props) {
  return h(
    "button",
    { type: "button", class: "select", "aria-haspopup": "listbox", ...props },
    h("span", null, text),
    icon("down"),
  );
}

/** How many values a select takes. */
export function bounds({ min_values: least, max_values: most, required = true }) {
  return { least: required ? (least ?? 1) : 0, most: most ?? 1 };
}

/** What is chosen before anybody touches a select. */
export function preset({ options, default_values: values }) {
  return options
    ? options.filter((each) => each.default).map((each) => each.value)
    : (values ?? []).map(({ id }) => String(id));
}

/** What a select offers in this channel, as `{label, value, description?, emoji?}`. */
export function offered({ type, options, channel_types: kinds }, channel) {
  const guild = world.guilds.get(world.channels.get(channel)?.guild);
  const users = company(channel).map((each) => ({
    label: each.name,
    value: each.id,
    description: each.bot ? "App" : null,
  }));
  const roles = (guild?.roles ?? []).map((each) => ({ label: each.name, value: each.id, description: "Role" }));
  const named = (kinds ?? []).map((each) => THREADS_AND_TEXTS[each]);
  const places = [...world.channels.values()].filter(
    (each) => each.guild === guild?.id && (!named.length || named.includes(each.kind)),
  );
  const lists = {
    5: users,
    6: roles,
    7: [...users, ...roles],
    8: places.map((each) => ({ label: `#${each.name}`, value: each.id })),
  };
  return lists[type] ?? options.map((each) => ({ ...each, emoji: each.emoji?.name }));
}
