/** The way to the server: the state, the stream of events, and what a person does. */

/** The state as it is now. */
export async function fetchState() {
  const answer = await fetch("/page/state");
  if (!answer.ok) throw new Error("The sandbox does not answer.");
  return answer.json();
}

/** Do something; throws in words that a person can read. */
export async function perform(deed, body) {
  let answer;
  try {
    answer = await fetch(`/page/${deed}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const told = answer.ok ? await answer.json() : { ok: false, error: "The sandbox did not understand." };
  if (!told.ok) throw new Error(told.error);
  return told;
}

/**
 * Follow the events. `onReady` is called whenever the stream begins, also after it was lost:
 * what happened in between is in the state then. `onLost` is called when it breaks.
 */
export function follow({ onReady, onEvent, onLost }) {
  const stream = new EventSource("/page/events");
  stream.addEventListener("ready", onReady);
  stream.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    onLost();
    // Most browsers try again by themselves; some give up while nobody listens.
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(() => follow({ onReady, onEvent, onLost }), 2000);
    }
  });
}
