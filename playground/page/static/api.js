// What is asked of the server, and what is told to it.

import { world } from "./world.js";

/** Whom one may be, in order, and the command to begin with. */
export async function about() {
  return (await fetch("about")).json();
}

/** The commands that one is offered in a channel. */
export async function commands(channel) {
  const answer = await fetch(`commands?as=${world.me}&in=${channel}`);
  return answer.ok ? answer.json() : [];
}

/** Do something as whom one is; `files` are lists by field. Throws an Error whose message is a sentence for people. */
export async function act(verb, body, files = {}) {
  const answer = await post(verb, JSON.stringify({ as: world.me, ...body }), Object.entries(files));
  if (answer?.ok) return answer.json();
  if (answer?.status === 422) throw new Error((await answer.json()).error);
  if (answer?.status === 413) throw new Error("That is too large: 25 MB a file, and 80 in all.");
  throw new Error("The playground did not answer. Is it still running in the terminal?");
}

async function post(verb, payload, files) {
  const form = new FormData();
  form.append("payload", payload);
  for (const [field, list] of files) for (const file of list) form.append(field, file, file.name);
  const plain = { headers: { "Content-Type": "application/json" }, body: payload };
  try {
    return await fetch(`do/${verb}`, { method: "POST", ...(files.length ? { body: form } : plain) });
  } catch {
    return null;
  }
}

/** The address under which this page may load a file of the playground's; null for any other. */
export function source(url) {
  const path = /^https:\/\/(?:cdn\.discordapp\.com|(?:media|images-ext-1)\.discordapp\.net)\/(.+)$/.exec(url ?? "");
  return path ? `cdn/${path[1]}` : null;
}
