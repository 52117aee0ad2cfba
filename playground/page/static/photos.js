// Which photos this browser handed to which request: kept as object URLs in this page alone, for comparing.

import { find, touch, world } from "./world.js";

const byInteraction = new Map();
const RESULT_LINK = /discord\.com\/channels\/(?:@me|\d+)\/\d+\/(\d+)/g;

/** Photos as they were picked, to be compared with. */
export function keep(files) {
  const pictures = files.filter((each) => each.type.startsWith("image/"));
  return pictures.map((each) => ({ src: URL.createObjectURL(each), alt: `Your photo, ${each.name}` }));
}

/** Say that a request was made of these photos, by whom one is now. */
export function remember(interaction, photos) {
  if (!photos.length) return;
  byInteraction.set(interaction, { by: world.me, photos });
  for (const messages of world.messages.values()) {
    for (const message of messages.values()) {
      if (message.interaction === interaction) [message.id, ...linked(message)].forEach(touch);
    }
  }
}

/** The photos that a message's pictures were made of, where whom one is now picked them on this page. */
export function photosOf(message) {
  const known = byInteraction.get(message.interaction) ?? byInteraction.get(origin(message.id));
  return known?.by === world.me ? known.photos : [];
}

/** The results that an answer links to, which may only now be known to be of photos from here. */
export function linked(message) {
  const texts = [message.content, ...contents(message.components)];
  return texts.flatMap((text) => [...text.matchAll(RESULT_LINK)].map(([, id]) => id)).filter(find);
}

/** The interaction whose answer links to this message. */
function origin(id) {
  for (const interaction of byInteraction.keys()) {
    for (const messages of world.messages.values()) {
      for (const message of messages.values()) {
        if (message.interaction === interaction && linked(message).includes(id)) return interaction;
      }
    }
  }
  return null;
}

function contents(components) {
  return components.flatMap((each) => [
    ...(each.content ? [each.content] : []),
    ...contents([...(each.components ?? []), ...(each.accessory ? [each.accessory] : [])]),
  ]);
}
