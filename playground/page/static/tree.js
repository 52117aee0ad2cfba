// Discord's trees of components: their kinds, and a walk through them.

export const KIND = {
  ROW: 1,
  BUTTON: 2,
  STRING_SELECT: 3,
  TEXT_INPUT: 4,
  USER_SELECT: 5,
  ROLE_SELECT: 6,
  MENTIONABLE_SELECT: 7,
  CHANNEL_SELECT: 8,
  SECTION: 9,
  TEXT: 10,
  THUMBNAIL: 11,
  GALLERY: 12,
  FILE: 13,
  SEPARATOR: 14,
  CONTAINER: 17,
  LABEL: 18,
  FILE_UPLOAD: 19,
  RADIO_GROUP: 21,
  CHECKBOX_GROUP: 22,
  CHECKBOX: 23,
};

/** Every component, parents before children. */
export function* walk(components) {
  for (const each of components) {
    yield each;
    yield* walk(each.components ?? []);
    if (each.accessory) yield each.accessory;
  }
}

/** Everything that a person reads in a message, with its markup. */
export function texts({ content, components }) {
  const shown = [...walk(components)].filter((each) => each.type === KIND.TEXT).map((each) => each.content);
  return [content, ...shown].filter(Boolean);
}

/** The ids of those attachments that the message's components show. */
export function exhibited({ components }) {
  const media = [...walk(components)].flatMap(({ media, file, items = [] }) => [
    media,
    file,
    ...items.map((each) => each.media),
  ]);
  return new Set(media.filter(Boolean).map((each) => each.attachment_id));
}
