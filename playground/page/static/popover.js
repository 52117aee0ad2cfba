// What floats above the page: menus, the lists of selects, and the suggestions under a field.

import { h, icon } from "./dom.js";

let serial = 0;

/** Show `element` at `anchor` until one looks elsewhere; returns a function that takes it away. */
export function float(anchor, element, { manual = false, above = false, onclose = () => {} } = {}) {
  element.setAttribute("popover", manual ? "manual" : "auto");
  element.classList.add("float");
  (anchor.closest("dialog") ?? document.body).append(element); // what is outside an open dialog can't be reached
  element.showPopover();
  place(anchor, element, above);
  const follow = () => place(anchor, element, above);
  const done = () => {
    if (!element.isConnected) return;
    removeEventListener("resize", follow);
    element.remove();
    onclose();
  };
  addEventListener("resize", follow);
  element.addEventListener("toggle", ({ newState }) => newState === "closed" && done());
  return () => (element.isConnected ? (element.hidePopover(), done()) : undefined);
}

function place(anchor, element, above) {
  const [around, own, edge] = [anchor.getBoundingClientRect(), element.getBoundingClientRect(), 8];
  const below = around.bottom + 6 + own.height < innerHeight - edge;
  const top = above || !below ? around.top - own.height - 6 : around.bottom + 6;
  const left = Math.min(around.left, innerWidth - own.width - edge);
  element.style.setProperty("top", `${Math.max(edge, Math.min(top, innerHeight - own.height - edge))}px`);
  element.style.setProperty("left", `${Math.max(edge, left)}px`);
  element.style.setProperty("--anchor", `${around.width}px`);
}

/** A menu of actions; `items` are `{label, icon?, danger?, act}`, or `{heading}` between them. */
export function menu(anchor, items, label) {
  const entries = items.map((each) =>
    each.heading
      ? h("p", { class: "heading", role: "presentation" }, each.heading)
      : h(
          "button",
          {
            type: "button",
            role: "menuitem",
            class: each.danger && "danger",
            tabindex: -1,
            onclick: () => (close(), each.act()),
          },
          each.icon && icon(each.icon),
          each.label,
        ),
  );
  const element = h("div", { class: "menu", role: "menu", "aria-label": label }, entries);
  const close = float(anchor, element, { onclose: () => anchor.focus?.() });
  roam(element, "menuitem");
  element.querySelector("button")?.focus();
}

/** Arrow keys, Home, End and first letters move between the elements of a role. */
export function roam(element, role) {
  element.addEventListener("keydown", (event) => {
    const all = [...element.querySelectorAll(`[role="${role}"]`)];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    const typed = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey;
    if (next !== undefined) {
      event.preventDefault();
      all.at(next % all.length)?.focus();
    } else if (typed) {
      const rest = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      rest.find((each) => each.dataset.name?.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  });
}

/** The list of a select: `choose` is called with the values, once for one value, on closing for several. */
export function choices(anchor, { items, chosen, least, most, label, choose }) {
  let picked = [...chosen];
  const several = most > 1;
  const options = items.map((each) => option(each, { role: "option", tabindex: -1, onclick: () => toggle(each) }));
  const note = h("p", { class: "note", "aria-live": "polite" });
  const done = h("button", { type: "button", class: "button primary", onclick: () => finish() }, "Choose");
  const list = h("div", { role: "listbox", "aria-label": label, "aria-multiselectable": several && "true" }, options);
  const element = h("div", { class: "choices" }, list, several && h("footer", null, note, done));
  const close = float(anchor, element, { onclose: () => anchor.focus?.() });

  const draw = () => {
    options.forEach((each, index) => each.setAttribute("aria-selected", picked.includes(items[index].value)));
    note.textContent = `${picked.length} chosen, ${least === most ? `exactly ${most}` : `${least} to ${most}`}`;
    done.disabled = picked.length < least || picked.length > most;
  };
  const toggle = ({ value }) => {
    if (!several) return finish(picked.includes(value) && least === 0 ? [] : [value]);
    picked = picked.includes(value) ? picked.filter((each) => each !== value) : [...picked, value].slice(0, most);
    return draw();
  };
  const finish = (values = picked) => (close(), choose(values));

  draw();
  roam(list, "option");
  (options[items.findIndex((each) => picked.includes(each.value))] ?? options[0])?.focus();
}

/** One line of a list: `{label, value, description?, emoji?}`. */
export function option(item, props) {
  return h(
    "button",
    { type: "button", class: "option", "data-name": item.label, ...props },
    item.emoji && h("span", { class: "emoji", "aria-hidden": "true" }, item.emoji),
    h("span", { class: "words" }, h("span", null, item.label), item.description && h("small", null, item.description)),
  );
}

/** Suggestions under a text field: arrow keys walk through them, Enter and Tab take one, Escape leaves. */
export class Suggestions {
  constructor(field, { label, take, anchor = field, above = false }) {
    Object.assign(this, {
      field,
      label,
      take,
      anchor,
      above,
      items: [],
      at: -1,
      close: null,
      id: `list-${(serial += 1)}`,
    });
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.hide());
  }

  get open() {
    return this.close !== null;
  }

  show(items, { first = true } = {}) {
    this.hide();
    this.items = items;
    if (!items.length) return;
    const keep = (event) => event.preventDefault(); // the focus stays in the field
    const lines = items.map((each, index) =>
      option(each, {
        role: "option",
        id: `${this.id}-${index}`,
        tabindex: -1,
        onpointerdown: keep,
        onclick: () => this.#take(index),
      }),
    );
    this.element = h("div", { class: "choices", role: "listbox", id: this.id, "aria-label": this.label }, lines);
    this.close = float(this.anchor, this.element, { manual: true, above: this.above });
    this.field.setAttribute("aria-controls", this.id);
    this.field.setAttribute("aria-expanded", "true");
    this.#mark(first ? 0 : -1);
  }

  hide() {
    this.close?.();
    this.close = null;
    for (const name of ["aria-controls", "aria-activedescendant"]) this.field.removeAttribute(name);
    this.field.setAttribute("aria-expanded", "false");
  }

  #mark(at) {
    this.at = at;
    [...this.element.children].forEach((each, index) => each.setAttribute("aria-selected", index === at));
    if (at < 0) return;
    this.field.setAttribute("aria-activedescendant", `${this.id}-${at}`);
    this.element.children[at].scrollIntoView({ block: "nearest" });
  }

  #take(index) {
    const item = this.items[index];
    this.hide();
    this.take(item);
  }

  #key(event) {
    if (!this.open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark((this.at + step + this.items.length) % this.items.length);
    else if (event.key === "Escape") this.hide();
    else if ((event.key === "Enter" || event.key === "Tab") && this.at >= 0) this.#take(this.at);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
    event.stopImmediatePropagation();
  }
}
