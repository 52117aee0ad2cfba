// Pictures at full size, and two of them on top of each other with a divider that is dragged between.

import { button, h, icon, iconButton } from "./dom.js";

const [STEP, LEAP] = [2, 10]; // percent by which keys move the divider

/**
 * Show pictures, beginning with one of them.
 *
 * A picture is `{src, alt}`; `befores` lists, for each of them, those that it can be compared with.
 */
export function lightbox(pictures, index, { befores = [], comparing = false } = {}) {
  const title = h("p", { class: "caption", id: "lightbox-caption" });
  const [stage, tools] = [h("div", { class: "stage" }), h("div", { class: "tools" })];
  const close = iconButton("close", "Close", () => dialog.close());
  const head = h("header", null, title, tools, close);
  const dialog = h("dialog", { class: "lightbox", "aria-labelledby": title.id }, head, stage);

  const show = (next) => {
    index = (next + pictures.length) % pictures.length;
    const [picture, others] = [pictures[index], befores[index] ?? []];
    const slid = comparing && others.length > 0;
    const toggle = () => {
      comparing = !slid;
      show(index);
    };
    const compare = button(
      { class: "button", "aria-pressed": String(slid), onclick: toggle },
      icon("compare"),
      "Compare",
    );
    title.textContent = picture.alt || "A picture without a description";
    tools.replaceChildren(...(others.length ? [compare] : []));
    stage.replaceChildren(slid ? comparison(others, picture) : h("img", { src: picture.src, alt: picture.alt }));
    if (pictures.length > 1) {
      stage.append(iconButton("back", "Previous picture", () => show(index - 1), "back"));
      stage.append(iconButton("next", "Next picture", () => show(index + 1), "next"));
    }
    stage.querySelector("[role=slider]")?.focus();
  };

  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => (target === dialog || target === stage) && dialog.close());
  dialog.addEventListener("keydown", ({ key, target }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (step && target.getAttribute("role") !== "slider") show(index + step);
  });
  document.body.append(dialog);
  dialog.showModal();
  show(index);
}

/** Two pictures in one frame, the earlier left of the divider; where there are several earlier ones, one is chosen. */
function comparison(befores, after) {
  const before = h("img", { class: "before", src: befores[0].src, alt: befores[0].alt, draggable: "false" });
  const result = h("img", { class: "after", src: after.src, alt: after.alt, draggable: "false" });
  const tags = [h("span", { class: "tag left" }, "Before"), h("span", { class: "tag right" }, "After")];
  const handle = divider();
  const frame = h("div", { class: "comparison" }, before, result, handle, tags);
  result.addEventListener("load", () => {
    frame.style.setProperty("--ratio", result.naturalWidth / result.naturalHeight);
  });
  before.addEventListener("error", () => {
    frame.replaceWith(h("p", { class: "sorry" }, "This browser can't show a photo of that kind."));
  });
  slide(frame, handle);
  const others = befores.map(({ src, alt }) => {
    const choose = () => Object.assign(before, { src, alt });
    return button({ class: "thumb", "aria-label": `Compare with ${alt}`, onclick: choose }, h("img", { src, alt: "" }));
  });
  return h("div", { class: "comparing" }, frame, others.length > 1 && h("div", { class: "thumbs" }, others));
}

function divider() {
  const label = "Divider between before and after";
  const range = { "aria-valuemin": 0, "aria-valuemax": 100 };
  return h("div", { class: "handle", role: "slider", tabindex: 0, "aria-label": label, ...range }, icon("compare"));
}

/** Let the divider be moved by mouse, finger and keys; it begins in the middle. */
function slide(frame, handle) {
  let at = 50;
  const move = (percent) => {
    at = Math.max(0, Math.min(100, percent));
    frame.style.setProperty("--at", `${at}%`);
    handle.setAttribute("aria-valuenow", Math.round(at));
    handle.setAttribute("aria-valuetext", `${Math.round(at)} % before, ${Math.round(100 - at)} % after`);
  };
  const follow = ({ clientX }) => {
    const { left, width } = frame.getBoundingClientRect();
    move(((clientX - left) / width) * 100);
  };
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    handle.focus();
    follow(event);
  });
  frame.addEventListener("pointermove", (event) => frame.hasPointerCapture(event.pointerId) && follow(event));
  handle.addEventListener("keydown", (event) => {
    const to = target(event.key, at);
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  move(at);
}

/** Where a key moves the divider, as sliders do everywhere. */
function target(key, at) {
  const [less, more] = [at - STEP, at + STEP];
  const arrows = { ArrowLeft: less, ArrowDown: less, ArrowRight: more, ArrowUp: more };
  return { ...arrows, PageDown: at - LEAP, PageUp: at + LEAP, Home: 0, End: 100 }[key];
}
