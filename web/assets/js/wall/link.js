// The wall's connection to the class. The teacher's key comes in the address after #, where no server and no log sees it, and
// is taken out of the address at once, because every student in the room can read what the projector shows.

import { language } from "../lang.js";

const PLACE = "authlab-teacher";
const AGAIN_AFTER = 1000; // ms

const key = location.hash.slice(1) || sessionStorage.getItem(PLACE) || "";
sessionStorage.setItem(PLACE, key);
history.replaceState(null, "", location.pathname + location.search);

const headers = { "X-Lab-Key": key };

/** Changes something. Resolves to the status; 0: no answer. */
export async function change(path, body) {
  try {
    const sent = body === undefined ? { headers } : { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const { status } = await fetch(path, { method: "POST", ...sent });
    return status;
  } catch {
    return 0;
  }
}

/** Opens another page of the teacher's. */
export const openPage = (path) => window.open(`${path}?lang=${language}#${key}`, "_blank");

/** What the class answers in this page's language, or null. */
export async function ask(path) {
  try {
    const answer = await fetch(`${path}?lang=${language}`, { headers });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Hands each picture of the class to see, and goes on after a loss. lost hears the status of what was refused, or 0. */
export async function watch(see, lost) {
  for (;;) {
    lost(await pictures(see));
    await new Promise((done) => setTimeout(done, AGAIN_AFTER));
  }
}

async function pictures(see) {
  try {
    const answer = await fetch(`/class/wall?lang=${language}`, { headers });
    if (!answer.ok) return answer.status;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { value, done } = await reader.read();
      if (done) return 0;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      if (lines.length > 0) see(JSON.parse(lines.at(-1))); // each is whole, so the last one counts
    }
  } catch {
    return 0;
  }
}
