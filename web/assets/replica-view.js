// A card for one replica: whether it is alive, and whom it remembers.

import { setText, stamp } from "./dom.js";
import { showLife, showList } from "./lists.js";

export class ReplicaView {
  #parts;
  #alive = true;
  #name = "";

  constructor(lab, run) {
    const { root, parts } = stamp("replica-template");
    this.root = root;
    this.#parts = parts;
    parts.toggle.addEventListener("click", () =>
      this.#alive
        ? run(`${this.#name} is dead, and its memory is gone.`, () => lab.killReplica(this.#name))
        : run(`${this.#name} is alive again, and remembers nobody.`, () => lab.startReplica(this.#name)));
  }

  show({ name, alive, requests, clock_skew: skew, sessions, session_count: count }) {
    this.#alive = alive;
    this.#name = name;
    const parts = this.#parts;
    this.root.ariaLabel = name;
    setText(parts.name, name);
    showLife(parts.life, alive, "alive", "dead");
    showList(parts.sessions, (sessions ?? []).map(({ id, user }) => [id, user]), count, alive ? "nobody" : "nothing any more");
    const clock = !skew || skew === "0s" ? "clock on time" : `clock off by ${skew}`;
    setText(parts.facts, `${requests} ${requests === 1 ? "request" : "requests"}, ${clock}`);
    setText(parts.toggle, alive ? "Kill" : "Start");
    parts.toggle.ariaLabel = `${alive ? "Kill" : "Start"} ${name}`;
  }
}
