// What floats above the page: menus, and the lists of selects.

import { button, classes, h, icon } from "./dom.js";

const [GAP, EDGE] = [6, 8]; // pixels to the anchor, and to the edge of the page

/** Show `element` at `anchor` until one looks elsewhere; returns a function that takes it away. */
export function float(anchor, element, { manual = false, above = false, onclose = () => {} } = {}) {
  element.setAttribute("popover", manual ? "manual" : "auto");
  element.classList.add("float");
  (anchor.closest("dialog") ?? document.body).append(element); // what is outside an open dialog can't be reached
  element.showPopover();
  place(anchor, element, above);
  const life = new AbortController();
  const follow = ({ target }) => element.contains(target) || place(anchor, element, above);
  addEventListener("resize", follow, { signal: life.signal });
  addEventListener("scroll", follow, { signal: life.signal, capture: true });
  const close = () => {
    if (life.signal.aborted) return;
    life.abort();
    element.remove();
    onclose();
  };
  element.addEventListener("toggle", ({ newState }) => newState === "closed" && close());
  return close;
}

function place(anchor, element, above) {
  const [around, own] = [anchor.getBoundingClientRect(), element.getBoundingClientRect()];
  const fitsBelow = around.bottom + GAP + own.height < innerHeight - EDGE;
  const top = above || !fitsBelow ? around.top - own.height - GAP : around.bottom + GAP;
  const within = (value, most) => `${Math.max(EDGE, Math.min(value, most - EDGE))}px`;
  element.style.setProperty("top", within(top, innerHeight - own.height));
  element.style.setProperty("left", within(around.left, innerWidth - own.width));
  element.style.setProperty("--anchor", `${around.width}px`);
}

/** A menu of actions; `items` are `{label, icon, danger?, act}`. */
export function menu(anchor, heading, items) {
  const entries = items.map((each) => {
    const act = () => {
      close();
      each.act();
    };
    const look = classes(each.danger && "danger");
    return button({ role: "menuitem", class: look, tabindex: -1, onclick: act }, icon(each.icon), each.label);
  });
  const title = h("p", { class: "heading", role: "presentation" }, heading);
  const element = h("div", { class: "menu", role: "menu", "aria-label": heading }, title, entries);
  const close = float(anchor, element, { onclose: () => anchor.focus() });
  roam(element);
  entries[0]?.focus();
}

/** The list of a select: `choose` is called with the values, once for one value, on a button for several. */
export function choices(anchor, { items, chosen, least, most, label, choose }) {
  let picked = [...chosen];
  const finish = (values) => {
    close();
    choose(values);
  };
  const toggle = ({ value }) => {
    const isPicked = picked.includes(value);
    if (most === 1) return finish(isPicked && least === 0 ? [] : [value]);
    picked = isPicked ? picked.filter((each) => each !== value) : [...picked, value].slice(0, most);
    return draw();
  };
  const options = items.map((each) => option(each, { tabindex: -1, onclick: () => toggle(each) }));
  const list = h("div", { role: "listbox", "aria-label": label, "aria-multiselectable": String(most > 1) }, options);
  const note = h("p", { class: "note", "aria-live": "polite" });
  const done = button({ class: "button primary", onclick: () => finish(picked) }, "Choose");
  const element = h("div", { class: "choices" }, list, most > 1 && h("footer", null, note, done));
  const close = float(anchor, element, { onclose: () => anchor.focus() });

  const draw = () => {
    options.forEach((each, index) => each.setAttribute("aria-selected", picked.includes(items[index].value)));
    note.textContent = `${picked.length} chosen, ${least === most ? `exactly ${most}` : `${least} to ${most}`}`;
    done.disabled = picked.length < least || picked.length > most;
  };
  draw();
  roam(list);
  (options[items.findIndex((each) => picked.includes(each.value))] ?? options[0])?.focus();
}

/** One line of a list: `{label, value, description?, emoji?}`. */
export function option({ label, description, emoji }, props) {
  const sign = emoji && h("span", { class: "emoji", "aria-hidden": "true" }, emoji);
  const words = h("span", { class: "words" }, h("span", null, label), description && h("small", null, description));
  return button({ class: "option", role: "option", ...props }, sign, words);
}

/** Arrow keys, Home, End and first letters move between the buttons of a list. */
function roam(list) {
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all.at(to % all.length)?.focus();
    } else if (/^\S$/.test(event.key) && !event.ctrlKey && !event.metaKey) {
      const begins = (each) => each.innerText.trim().toLowerCase().startsWith(event.key.toLowerCase());
      [...all.slice(at + 1), ...all].find(begins)?.focus();
    }
  });
}
