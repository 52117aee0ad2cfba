// Which photos this browser handed to which request: kept as object URLs in this page alone, for comparing.

import { source } from "./api.js";
import { texts } from "./tree.js";
import { find, touch, world } from "./world.js";

const RESULT_LINK = /discord\.com\/channels\/(?:@me|\d+)\/\d+\/(\d+)/g;
const byInteraction = new Map();

/** Files as they were picked, those that are pictures. */
export function picked(files) {
  const pictures = files.filter((each) => each.type.startsWith("image/"));
  return pictures.map((each) => ({ src: URL.createObjectURL(each), alt: `Your photo, ${each.name}` }));
}

/** What a request about this message is about: the photos of which its pictures were made, or else its own pictures. */
export function subject(message) {
  const made = photosOf(message);
  const own = message.attachments.filter((each) => each.type?.startsWith("image/"));
  return made.length ? made : own.map((each) => ({ src: source(each.url), alt: each.description ?? each.name }));
}

/** Say that a request was made of these photos, by whom one is now. */
export function remember(interaction, photos) {
  if (!photos.length) return;
  byInteraction.set(interaction, { by: world.me, photos });
  answers(interaction).forEach((each) => [each.id, ...linked(each)].forEach(touch));
}

/** The photos of which a message's pictures were made, where whom one is now picked them on this page. */
export function photosOf(message) {
  const known = byInteraction.get(message.interaction) ?? byInteraction.get(origin(message.id));
  return known?.by === world.me ? known.photos : [];
}

/** The messages to which this one links: a request's answer leads to its result. */
export function linked(message) {
  const found = texts(message).flatMap((text) => [...text.matchAll(RESULT_LINK)]);
  return found.map(([, id]) => id).filter((id) => id !== message.id && find(id));
}

/** The interaction whose answer links to this message. */
function origin(id) {
  return [...byInteraction.keys()].find((each) => answers(each).some((answer) => linked(answer).includes(id)));
}

function answers(interaction) {
  const everything = [...world.messages.values()].flatMap((messages) => [...messages.values()]);
  return everything.filter((each) => each.interaction === interaction);
}
