// Pictures within a message: laid out by their number, described on demand, veiled where they are spoilers.

import { source } from "./api.js";
import { button, classes, h, icon } from "./dom.js";
import { lightbox } from "./lightbox.js";
import { photosOf } from "./photos.js";

const revealed = new Set();
const described = new Set();

/** What a component's or an attachment's picture is made of, for `gallery`. */
export function picture({ url, width, height, description, spoiler }) {
  return { src: source(url), alt: description ?? "", width, height, spoiler };
}

/** The pictures of a message side by side; a before and after, or one of a photo from this page, can be compared. */
export function gallery(pictures, message, redraw) {
  const shown = pictures.filter((each) => each.src);
  if (!shown.length) return null;
  const photos = photosOf(message);
  const befores = shown.map((_, index) => earlier(shown, index, photos));
  const open = (index, comparing) => lightbox(shown, index, { befores, comparing });
  const isPair = isBeforeAndAfter(shown);
  const tiles = shown.map((each, index) => {
    const compare = befores[index].length > 0 && !isPair ? () => open(index, true) : null;
    return tile(each, { open: () => open(index, false), compare, redraw });
  });
  const both = isPair && compareButton("Compare", () => open(1, true));
  return h("div", { class: "gallery", "data-count": shown.length, style: size(shown) }, tiles, both);
}

/** The size of a picture that stands alone, so that its room is there before it is. */
function size([{ width, height }, ...others]) {
  return others.length || !width || !height ? {} : { "--width": `${width}px`, "--ratio": width / height };
}

/** The pictures with which one can be compared: the photos it was made of, or the first of a before and after. */
function earlier(shown, index, photos) {
  if (isBeforeAndAfter(shown)) return shown.slice(0, index);
  return photos.length === shown.length ? [photos[index]] : photos;
}

/** Known by the first file's name: any other two are neighbours in a gallery. */
function isBeforeAndAfter(shown) {
  return shown.length === 2 && /\/before[^/]*$/.test(shown[0].src);
}

function compareButton(label, onclick) {
  const [word, ...rest] = label.split(" "); // the rest is shown where there is room
  const words = h("span", null, word, rest.length > 0 && h("span", { class: "rest" }, ` ${rest.join(" ")}`));
  return button({ class: "compare", "aria-label": label, title: label, lang: "en", onclick }, icon("compare"), words);
}

function tile({ src, alt, spoiler }, { open, compare, redraw }) {
  const isHidden = spoiler && !revealed.has(src);
  const isDescribed = described.has(src) && !isHidden;
  const reveal = () => {
    revealed.add(src);
    redraw();
  };
  const describe = () => {
    if (!described.delete(src)) described.add(src);
    redraw();
  };
  const label = isHidden ? "Spoiler: show the picture" : alt ? `Open the picture: ${alt}` : "Open the picture";
  const view = button(
    { class: "view", "aria-label": label, onclick: isHidden ? reveal : open },
    h("img", { src, alt, decoding: "async" }),
    isHidden && h("span", { class: "spoiler" }, "Spoiler"),
  );
  const about = { "aria-label": "Description of the picture", "aria-expanded": String(isDescribed), lang: "en" };
  return h(
    "figure",
    { class: classes("tile", isHidden && "hidden") },
    view,
    alt && !isHidden && button({ class: "alt", ...about, onclick: describe }, "ALT"),
    compare && !isHidden && compareButton("Compare with your photo", compare),
    isDescribed && h("figcaption", null, alt),
  );
}

/** A file that is no picture, as a line to download it by. */
export function file({ url, name, size }) {
  const title = name ?? decodeURIComponent(new URL(url).pathname.split("/").at(-1));
  const weight = size !== undefined && h("small", null, ` ${readable(size)}`);
  return h("a", { class: "file", href: source(url), download: title }, icon("file"), h("span", null, title, weight));
}

function readable(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
