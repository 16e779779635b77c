// Who this phone is in the class: what the class has given it, kept so that a reload or a locked screen changes nothing.

const PLACE = "authlab-class";

/** A request may take this long, then it counts as not answered. */
const TIMEOUT = 8000; // ms

let kept = read();

/** Something that gives up a request. A browser of 2017 has none, and waits. */
export const stopper = () => (window.AbortController ? new AbortController() : { abort() {} });

function read() {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) || null;
  } catch {
    return null; // a browser that keeps nothing is a person until it is closed
  }
}

export const person = () => kept;

export function keep(changed) {
  kept = changed;
  try {
    if (kept) localStorage.setItem(PLACE, JSON.stringify(kept));
    else localStorage.removeItem(PLACE);
  } catch {
    // as above
  }
}

/** Sends a request as this person. Resolves to {status, replica, json}; status 0: no answer came. */
export async function send(path, { body, headers = {}, timeout = TIMEOUT, stop = stopper() } = {}) {
  const all = { ...headers };
  if (kept) all["X-Class-Key"] = kept.key;
  if (body) all["Content-Type"] = "application/json";
  const late = setTimeout(() => stop.abort(), timeout);
  try {
    const answer = await fetch(path, {
      method: body ? "POST" : "GET", headers: all, body: body && JSON.stringify(body), cache: "no-store", credentials: "same-origin", signal: stop.signal,
    });
    const text = await answer.text();
    return { status: answer.status, replica: answer.headers.get("X-Served-By") || "", json: jsonOf(text) };
  } catch {
    return { status: 0, replica: "", json: null };
  } finally {
    clearTimeout(late);
  }
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const isStranger = ({ status, json }) => status === 403 && !!json && /lab-not-joined$/.test(json.type);
