// Using what the bot offers: commands, buttons, selects and forms, and what comes of the bot's first answer.

import { act } from "./api.js";
import { toast } from "./dom.js";
import { form } from "./forms.js";
import * as photos from "./photos.js";
import { touch, world } from "./world.js";

const busy = new Set();

/** Whether a component of a message is being used at the moment. */
export function isBusy(message, { custom_id: id }) {
  return busy.has(`${message.id}/${id}`);
}

/** Press a button, or choose these values in a select. */
export async function use(message, component, values) {
  const key = `${message.id}/${component.custom_id}`;
  if (busy.has(key)) return;
  busy.add(key);
  touch(message.id);
  const body = { message: message.id, custom_id: component.custom_id, ...(values && { values }) };
  try {
    await start(values ? "select" : "click", body, { channel: message.channel, made: photos.photosOf(message) });
  } catch (error) {
    toast(error.message);
  } finally {
    busy.delete(key);
    touch(message.id);
  }
}

/** Choose a command from the menu of a message or a person. */
export async function choose(command, channel, { message, user }) {
  const target = message ? { message: message.id } : { user };
  const made = message ? photos.subject(message) : [];
  try {
    await start("menu", { channel, command, ...target }, { channel, made });
  } catch (error) {
    toast(error.message);
  }
}

/**
 * Start an interaction in a channel and see to the bot's answer; `made` are the photos that it is about.
 *
 * Throws an Error whose message is a sentence for people where it could not be started.
 */
export async function start(verb, body, { channel, files = {}, made = [] }) {
  const { interaction, answer, modal } = await act(verb, body, files);
  photos.remember(interaction, made);
  if (answer === null) toast(`${world.bot.name} did not respond in time.`);
  if (modal) form(modal, channel, (values, uploads) => submit(interaction, values, { channel, files: uploads, made }));
}

async function submit(interaction, values, { channel, files, made }) {
  const picked = photos.picked(Object.values(files).flat());
  await start("submit", { interaction, values }, { channel, files, made: picked.length ? picked : made });
}
