// Speaks with the server: posts what people do, and listens to what is new.

const PATIENCE = 15000;
const AWAY = "Signoff cannot be reached just now. Nothing is lost; please try again in a moment.";
let token = document.querySelector('meta[name="signoff-token"]').content;
let joined = Promise.resolve();

/** Something that did not work, in words for the person. */
export class Problem extends Error {}

/** An id for one press. Trying the same press again uses the same id, so it counts once. */
export function newEvent() {
  return crypto.randomUUID();
}

/** Posts JSON and returns the answer. A page that outlived the server picks up its new token. */
export async function post(path, payload) {
  let response = await send(path, payload);
  if (response.status === 403) {
    await Promise.race([joined, new Promise((done) => setTimeout(done, 3000))]);
    response = await send(path, payload);
  }
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    // An answer that is no JSON is explained by its status below.
  }
  if (!response.ok) throw new Problem(answer.error || AWAY);
  return answer;
}

async function send(path, payload) {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Signoff-Token": token },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Problem(AWAY);
  }
}

/**
 * Listens for good. `on` has a function for each event: sync (everything), message, clock; and
 * state("live" | "away"). After a break the server sends everything again, so nothing is missed.
 */
export function listen(on) {
  let wait = 500;
  const connect = () => {
    let arrived;
    joined = new Promise((done) => (arrived = done));
    const source = new EventSource("/live");
    const read = (name, then) =>
      source.addEventListener(name, (event) => then(JSON.parse(event.data)));
    read("sync", (state) => {
      wait = 500;
      token = state.token;
      on.sync(state);
      on.state("live");
      arrived();
    });
    read("message", on.message);
    read("clock", on.clock);
    source.onerror = () => {
      source.close();
      on.state("away");
      setTimeout(connect, wait);
      wait = Math.min(wait * 1.5, 4000);
    };
  };
  connect();
}
