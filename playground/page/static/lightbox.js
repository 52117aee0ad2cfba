// Pictures at full size, and two of them on top of each other with a divider that is dragged between.

import { h, icon } from "./dom.js";

/**
 * Show pictures, beginning with one of them.
 *
 * A picture is `{src, alt}`; `befores` lists, for each of them, those that it can be compared with.
 */
export function lightbox(pictures, index, { befores = [], comparing = false } = {}) {
  const title = h("p", { class: "caption", id: "lightbox-caption" });
  const stage = h("div", { class: "stage" });
  const tools = h("div", { class: "tools" });
  const close = button("close", "Close", () => dialog.close());
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-labelledby": "lightbox-caption" },
    h("header", null, title, tools, close),
    stage,
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => (target === dialog || target === stage) && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && event.target.getAttribute("role") !== "slider") show(index + step);
  });

  const show = (next) => {
    index = (next + pictures.length) % pictures.length;
    const [picture, others] = [pictures[index], befores[index] ?? []];
    const slid = comparing && others.length > 0;
    const toggle = h(
      "button",
      {
        type: "button",
        class: "button",
        "aria-pressed": String(slid),
        onclick: () => ((comparing = !slid), show(index)),
      },
      icon("compare"),
      "Compare",
    );
    title.textContent = picture.alt || "A picture without a description";
    tools.replaceChildren(...(others.length ? [toggle] : []));
    stage.replaceChildren(slid ? comparison(others, picture) : h("img", { src: picture.src, alt: picture.alt ?? "" }));
    if (pictures.length > 1) {
      stage.append(
        button("back", "Previous picture", () => show(index - 1)),
        button("next", "Next picture", () => show(index + 1)),
      );
    }
    stage.querySelector("[role=slider]")?.focus();
  };

  document.body.append(dialog);
  dialog.showModal();
  show(index);
}

function button(name, label, onclick) {
  return h(
    "button",
    { type: "button", class: `round ${name}`, "aria-label": label, title: label, onclick },
    icon(name),
  );
}

/** Two pictures in one frame, the earlier to the left of the divider; where there are several earlier ones, one is chosen. */
function comparison(befores, after) {
  const before = h("img", {
    class: "before",
    src: befores[0].src,
    alt: befores[0].alt ?? "Before",
    draggable: "false",
  });
  const result = h("img", { class: "after", src: after.src, alt: after.alt ?? "After", draggable: "false" });
  const handle = h(
    "div",
    {
      class: "handle",
      role: "slider",
      tabindex: 0,
      "aria-label": "Divider between before and after",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    },
    icon("compare"),
  );
  const tags = [h("span", { class: "tag left" }, "Before"), h("span", { class: "tag right" }, "After")];
  const frame = h("div", { class: "comparison" }, before, result, handle, tags);
  result.addEventListener("load", () => frame.style.setProperty("--ratio", result.naturalWidth / result.naturalHeight));
  before.addEventListener("error", () =>
    frame.replaceWith(h("p", { class: "sorry" }, "This browser can't show a photo of that kind.")),
  );
  slide(frame, handle);
  const others = befores.map((each, position) => {
    const choose = () => ((before.src = each.src), (before.alt = each.alt));
    return h(
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-label": `Compare with ${each.alt || `picture ${position + 1}`}`,
        onclick: choose,
      },
      h("img", { src: each.src, alt: "" }),
    );
  });
  return h("div", { class: "comparing" }, frame, others.length > 1 && h("div", { class: "thumbs" }, others));
}

function slide(frame, handle) {
  let at = 50;
  const move = (percent) => {
    at = Math.max(0, Math.min(100, percent));
    frame.style.setProperty("--at", `${at}%`);
    handle.setAttribute("aria-valuenow", Math.round(at));
    handle.setAttribute("aria-valuetext", `${Math.round(at)} % before, ${Math.round(100 - at)} % after`);
  };
  const follow = (event) => {
    const { left, width } = frame.getBoundingClientRect();
    move(((event.clientX - left) / width) * 100);
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
    const to = {
      ArrowLeft: at - 2,
      ArrowDown: at - 2,
      ArrowRight: at + 2,
      ArrowUp: at + 2,
      PageDown: at - 10,
      PageUp: at + 10,
      Home: 0,
      End: 100,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  move(50);
}
