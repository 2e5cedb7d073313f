// Asks the server, and follows its streams. The browser's cookie is what lets it in.

/** An answer that is no success; its message is meant for people. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const refusal = async (answer) => {
  let detail = `${answer.status} ${answer.statusText}`;
  try {
    detail = (await answer.json()).detail;
  } catch { /* not JSON: the status has to do */ }
  if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("signed-out"));
    detail = "this browser is not signed in any more; open a new link of loom serve";
  }
  return new Refusal(answer.status, detail);
};

/** Ask; gives what the answer holds. Raises `Refusal`, or an error of the network. */
export const ask = async (method, path, body, { signal } = {}) => {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!answer.ok) throw await refusal(answer);
  return answer.status === 204 ? null : answer.json();
};

export const get = (path, options) => ask("GET", path, undefined, options);

/** A task's path, or one below it. */
export const pathOf = (id, below = "") => `/tasks/${encodeURIComponent(id)}${below}`;

const parse = (text) => {
  const message = { data: "" };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) message[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  return message;
};

async function* messagesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    const messages = parts.map(parse).filter((one) => one.data);
    if (messages.length) yield messages;
  }
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

const pause = (milliseconds, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });

/** Follow a stream, over broken connections, until it has ended or the signal says so.
 *  `take` gets some events at a time; `tell` gets true when connected and false when not.
 *  Gives the id of the last message. */
export const follow = async (path, { last = "", signal, take, tell }) => {
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      const answer = await fetch(path, { signal, headers: last ? { "Last-Event-ID": last } : {} });
      if (answer.status === 204) return last;
      if (!answer.ok) throw await refusal(answer);
      tell(true);
      for await (const messages of messagesOf(answer.body)) {
        wait = FIRST_WAIT;
        last = messages.at(-1).id;
        take(messages.map((one) => JSON.parse(one.data)));
      }
    } catch (error) {
      if (signal.aborted) return last;
      tell(false);
      if (error instanceof Refusal && error.status < 500 && error.status !== 429 && error.status !== 409) throw error;
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
    await pause(wait, signal);
  }
  return last;
};
