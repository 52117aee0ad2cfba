// Moments as people read them, in the language that one speaks, those told by their distance ticking along.

import { h } from "./dom.js";
import { world } from "./world.js";

const UNITS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

/** A `<time>` of a unix time in seconds, in one of Discord's styles; `R` is the distance from now. */
export function stamp(unix, style = "f") {
  const text = style === "R" ? distance(unix) : written(unix, style);
  const moment = new Date(unix * 1000);
  return h(
    "time",
    {
      class: "stamp",
      datetime: moment.toISOString(),
      title: written(unix, "F"),
      lang: world.locale,
      "data-unix": unix,
      "data-style": style,
    },
    text,
  );
}

/** When a message was written: the hour for today's, the day too for others. */
export function clock(unix) {
  const today = new Date().toDateString() === new Date(unix * 1000).toDateString();
  return h(
    "time",
    { datetime: new Date(unix * 1000).toISOString(), title: written(unix, "F"), lang: world.locale },
    written(unix, today ? "t" : "f"),
  );
}

/** Keep every relative time on the page true, once a second. */
export function tick() {
  for (const each of document.querySelectorAll('time[data-style="R"]')) {
    const text = distance(Number(each.dataset.unix));
    if (each.textContent !== text) each.textContent = text;
  }
}

function written(unix, style) {
  return new Intl.DateTimeFormat(world.locale, STYLES[style] ?? STYLES.f).format(new Date(unix * 1000));
}

function distance(unix) {
  const seconds = Math.round(unix - Date.now() / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  const numeric = seconds === 0 ? "auto" : "always"; // "now", but "in 1 day"
  return new Intl.RelativeTimeFormat(world.locale, { numeric }).format(Math.trunc(seconds / size), unit);
}
