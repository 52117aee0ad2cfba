// Selects: what they offer in a channel, how many values they take, and the button that opens their list.

import { button, h, icon } from "./dom.js";
import { KIND } from "./tree.js";
import { company, places, roles } from "./world.js";

/** The button that opens the list of a select; `names` are those of what is chosen. */
export function selectButton(names, placeholder, props) {
  const words = h("span", null, names.join(", ") || placeholder || "Make a choice");
  const empty = String(names.length === 0);
  return button({ class: "select", "aria-haspopup": "listbox", "data-empty": empty, ...props }, words, icon("down"));
}

/** How many values it takes, or files. */
export function bounds({ min_values: least, max_values: most, required = true }) {
  return { least: required ? (least ?? 1) : 0, most: most ?? 1 };
}

/** What is chosen before anybody touches it. */
export function preset({ options, default_values: values }) {
  if (!options) return (values ?? []).map(({ id }) => String(id));
  return options.filter((each) => each.default).map((each) => each.value);
}

/** What it offers in this channel, as `{label, value, description?, emoji?}`. */
export function offered({ type, options, channel_types: kinds }, channel) {
  switch (type) {
    case KIND.USER_SELECT:
      return company(channel).map(person);
    case KIND.ROLE_SELECT:
      return roles(channel).map(role);
    case KIND.MENTIONABLE_SELECT:
      return [...company(channel).map(person), ...roles(channel).map(role)];
    case KIND.CHANNEL_SELECT:
      return places(channel, kinds).map(place);
    default:
      return options.map((each) => ({ ...each, emoji: each.emoji?.name }));
  }
}

/** Somebody as an entry of a list. */
export function person({ id, name, bot }) {
  return { label: name, value: id, description: bot ? "App" : null };
}

/** A role as an entry of a list. */
export function role({ id, name }) {
  return { label: name, value: id, description: "Role" };
}

/** A channel as an entry of a list. */
export function place({ id, name }) {
  return { label: `#${name}`, value: id };
}
