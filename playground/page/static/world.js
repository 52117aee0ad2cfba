// The world as the server tells it to whom one is at the moment, and who wants to hear of its changes.

export const world = {
  me: null,
  bot: { id: "", name: "", online: false },
  people: [],
  command: "",
  languages: {},
  locale: "en-US",
  users: new Map(),
  guilds: new Map(),
  channels: new Map(),
  messages: new Map(),
};

const listeners = new EventTarget();
const dismissed = new Set(JSON.parse(sessionStorage.getItem("dismissed") ?? "[]"));
let stream = null;

/**
 * Hear of changes until `signal` aborts: `world` (all is new), `message`, `gone`, `channel`, `commands`, `bot`,
 * `language`, and `touched`, for a message that is to be drawn anew.
 */
export function on(name, listener, signal) {
  listeners.addEventListener(name, (event) => listener(event.detail), { signal });
}

function tell(name, detail) {
  listeners.dispatchEvent(new CustomEvent(name, { detail }));
}

/** See the world as this person from now on. */
export function become(person) {
  stream?.close();
  world.me = person;
  stream = new EventSource(`events?as=${person}`);
  for (const [name, take] of Object.entries(TAKEN)) {
    stream.addEventListener(name, ({ data }) => {
      const detail = JSON.parse(data);
      take(detail);
      tell(name, detail);
    });
  }
  stream.onerror = () => {
    world.bot = { ...world.bot, online: false };
    tell("bot", world.bot);
  };
}

const TAKEN = {
  world: (all) => {
    world.bot = all.bot;
    world.locale = all.locale;
    world.users = byId(all.users);
    world.guilds = byId(all.guilds);
    world.channels = byId(all.channels);
    world.messages = new Map();
    all.messages.forEach(keep);
  },
  message: keep,
  gone: ({ id, channel }) => world.messages.get(channel)?.delete(id),
  channel: (channel) => world.channels.set(channel.id, channel),
  commands: () => {},
  bot: (bot) => (world.bot = bot),
};

function keep(message) {
  if (!world.messages.has(message.channel)) world.messages.set(message.channel, new Map());
  world.messages.get(message.channel).set(message.id, message);
  world.users.set(message.author.id, message.author);
}

function byId(list) {
  return new Map(list.map((each) => [each.id, each]));
}

/** A channel's messages, oldest first, without those that were dismissed here. */
export function history(channel) {
  const messages = [...(world.messages.get(channel)?.values() ?? [])];
  return messages.filter((each) => !dismissed.has(each.id)).sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** How many of a channel's messages are there for everyone. */
export function countOf(channel) {
  return history(channel).filter((each) => !each.ephemeral).length;
}

/** A message anywhere, by its id. */
export function find(id) {
  for (const messages of world.messages.values()) if (messages.has(id)) return messages.get(id);
  return null;
}

/** Take away, on this page alone, what only one person sees. */
export function dismiss(message) {
  dismissed.add(message.id);
  sessionStorage.setItem("dismissed", JSON.stringify([...dismissed]));
  tell("gone", { id: message.id, channel: message.channel });
}

/** Speak this language from now on, in which commands are described and moments told anew. */
export function speak(locale) {
  world.locale = locale;
  tell("commands");
  tell("language", locale);
}

/** Draw a message anew though the server said nothing. */
export function touch(id) {
  const message = find(id);
  if (message) tell("touched", message);
}

/** The people who can be named in a channel, those first whom one may be. */
export function company(channel) {
  const { guild } = world.channels.get(channel) ?? {};
  const ids = world.guilds.get(guild)?.members ?? [world.me, world.bot.id];
  const rank = (id) => world.people.findIndex((each) => each.id === id) >>> 0; // strangers last
  const sorted = [...ids].sort((one, other) => rank(one) - rank(other));
  return sorted.map((id) => world.users.get(id)).filter(Boolean);
}

/** The roles of a channel's server. */
export function roles(channel) {
  return world.guilds.get(world.channels.get(channel)?.guild)?.roles ?? [];
}

/** The channels and threads of a channel's server, of these types or of any. */
export function places(channel, types) {
  const { guild } = world.channels.get(channel);
  const fits = ({ type }) => !types?.length || types.includes(type);
  return [...world.channels.values()].filter((each) => each.guild === guild && fits(each));
}
