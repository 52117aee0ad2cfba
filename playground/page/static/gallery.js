// Pictures within a message: laid out by their number, described on demand, veiled where they are spoilers.

import { source } from "./api.js";
import { h, icon } from "./dom.js";
import { lightbox } from "./lightbox.js";
import { photosOf } from "./photos.js";

const revealed = new Set();
const described = new Set();

/** What a component's or an attachment's picture is made of, for `gallery`. */
export function picture({ url, width, height, description, spoiler, content_type: type, name }) {
  return { src: source(url), address: url, width, height, alt: description ?? "", spoiler, type, name };
}

/** The pictures of a message side by side; two of them, or one of a photo from this page, can be compared. */
export function gallery(pictures, message, redraw) {
  const shown = pictures.filter((each) => each.src);
  const photos = photosOf(message);
  const befores = shown.map((_, index) => comparedWith(shown, index, photos));
  const open = (index, comparing) => lightbox(shown, index, { befores, comparing });
  const tiles = shown.map((each, index) =>
    tile(each, {
      open: (comparing) => open(index, comparing),
      own: photos.length > 0 && befores[index].length > 0,
      alone: shown.length === 1,
      redraw,
    }),
  );
  const pair = shown.length === 2 && befores[1][0] === shown[0];
  return h(
    "div",
    { class: "gallery", "data-count": Math.min(shown.length, 10), "data-key": "gallery" },
    tiles,
    pair && compare("Compare", () => open(1, true)),
  );
}

function comparedWith(shown, index, photos) {
  if (shown.length === 2 && photos.length !== 2) return index === 1 ? [shown[0]] : [];
  return photos.length === shown.length ? [photos[index]] : photos;
}

function compare(label, act) {
  return h("button", { type: "button", class: "compare", onclick: act }, icon("compare"), label);
}

function tile(each, { open, own, alone, redraw }) {
  const hidden = each.spoiler && !revealed.has(each.address);
  const reveal = () => (revealed.add(each.address), redraw());
  const describe = () => (
    described.has(each.address) ? described.delete(each.address) : described.add(each.address),
    redraw()
  );
  const size =
    alone && each.width && each.height
      ? { "aspect-ratio": `${each.width} / ${each.height}`, "--width": `${each.width}px` }
      : {};
  const image = h("img", { src: each.src, alt: each.alt, decoding: "async", style: size });
  const label = hidden ? "Spoiler: show the picture" : `Open the picture${each.alt ? `: ${each.alt}` : ""}`;
  return h(
    "figure",
    { class: hidden ? "tile hidden" : "tile", "data-key": each.address },
    h(
      "button",
      { type: "button", class: "view", "aria-label": label, onclick: hidden ? reveal : () => open(false) },
      image,
      hidden && h("span", { class: "spoiler" }, "Spoiler"),
    ),
    each.alt &&
      !hidden &&
      h(
        "button",
        {
          type: "button",
          class: "alt",
          "aria-label": "Description of the picture",
          "aria-expanded": String(described.has(each.address)),
          onclick: describe,
        },
        "ALT",
      ),
    own && !hidden && compare("Compare with your photo", () => open(true)),
    described.has(each.address) && !hidden && h("figcaption", null, each.alt),
  );
}

/** A file that is no picture, as a line to download it by. */
export function file({ url, name, size }) {
  const title = name ?? decodeURIComponent(url.split("/").at(-1).split("?")[0]);
  return h(
    "a",
    { class: "file", href: source(url), download: title },
    icon("file"),
    h("span", null, title, size !== undefined && h("small", null, ` ${readable(size)}`)),
  );
}

function readable(bytes) {
  return bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1048576
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1048576).toFixed(1)} MB`;
}
