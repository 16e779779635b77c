// Redis: whether it answers, how many keys of each kind it holds, and how often it was asked.

import { el, setText } from "../dom.js";
import { number, t, tOr } from "../lang.js";
import { RecordSlots } from "./record-slots.js";
import { button, frame } from "./node.js";

// What each kind of key is there for, in the order in which they are shown.
const KINDS = {
  session: "session-redis", sessions: "session-redis", denied: "token-revocable", "not-before": "token-revocable",
  family: "token-stateless", proof: "token-bound",
};

export class RedisNode {
  #frame = frame("redis", "Redis");
  #records = new RecordSlots("session-redis");
  #commands = el("p", { className: "node-note" });
  #alive;
  #toggle;
  #flush;

  constructor(control) {
    this.#toggle = button(() => this.#alive
      ? control((lab) => lab.stopRedis(), { key: "stage.redis-stopped", inside: "stage.redis-cut" })
      : control((lab) => lab.startRedis(), { key: "stage.redis-started" }));
    this.#flush = button(() => control((lab) => lab.flushRedis(), { key: "stage.redis-flushed" }));
    setText(this.#flush, t("stage.flush"));
    this.#flush.ariaLabel = `${t("stage.flush")} Redis`;
    this.root.append(this.#records.root, el("footer", {}, this.#commands, el("div", { className: "node-buttons" }, this.#toggle, this.#flush)));
  }

  get root() {
    return this.#frame.root;
  }

  get records() {
    return this.#records;
  }

  /** cards: what is in it, where that is known by its numbers; else the keys are counted by their kinds. away: in ms. */
  show({ alive, cut = false, key_count: count = {}, commands = {}, cards, away = 0 }) {
    this.#alive = alive;
    this.root.dataset.state = alive ? "alive" : "dead";
    setText(this.#frame.state, alive && away > 0 ? t("film.away", { ms: number(away) }) : t(`stage.${alive ? "running" : cut ? "cut" : "stopped"}`));
    setText(this.#toggle, t(alive ? "stage.stop" : "stage.start"));
    this.#toggle.ariaLabel = `${this.#toggle.textContent} Redis`;
    const order = Object.keys(KINDS);
    cards ??= Object.entries(count ?? {}).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)).map(([kind, n]) => (
      { id: kind, title: tOr(`stage.kind-${kind}`, kind), detail: t("stage.keys", { n: number(n) }), scheme: KINDS[kind] ?? "" }
    ));
    this.#records.show(cards, cards.length, t("stage.holds-no-key"));
    const asked = Object.values(commands ?? {}).reduce((sum, n) => sum + n, 0);
    setText(this.#commands, t("stage.commands", { n: number(asked) }));
  }
}
