// What the phone and the wall of a class show alike of a round.

import { el } from "./dom.js";

/** The name of a choice. */
export const letter = (i) => String.fromCharCode(65 + i);

/** A clock that shows the milliseconds left, until it is taken from the page. */
export function countdown(left, className) {
  const ends = Date.now() + left;
  const shown = el("p", { className });
  const tick = () => {
    const seconds = Math.max(Math.round((ends - Date.now()) / 1000), 0);
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  tick();
  const clock = setInterval(() => (shown.isConnected ? tick() : clearInterval(clock)), 1000);
  return shown;
}
