// One replica: its name, whether it is alive, and the filing cards of what only it remembers.

import { el, setText } from "../dom.js";
import { compact, t } from "../lang.js";
import { RecordSlots } from "./record-slots.js";
import { button, frame } from "./node.js";
import { skewOf } from "./skew.js";

const HUES = 6;
const SIMULATED = /^(user-)0+/; // user-00042 is user-42 on a card

export class ReplicaNode {
  #name;
  #alive;
  #silent;
  #frame;
  #skew = el("span", { className: "node-skew" });
  #looked = el("span", { className: "node-looked" });
  #served = el("span", { className: "node-count" });
  #records = new RecordSlots("session-memory");
  #toggle;

  constructor(name, control) {
    this.#name = name;
    this.#frame = frame(name, name);
    this.#toggle = button(() => this.#alive && !this.#silent
      ? control((lab) => lab.killReplica(name), { key: "stage.killed", inside: "stage.refused", name })
      : control((lab) => lab.startReplica(name), { key: this.#silent ? "stage.spoken" : "stage.started", name }));
    this.#frame.head.append(this.#toggle);
    this.#frame.state.after(el("p", { className: "node-facts" }, this.#served, this.#skew, this.#looked));
    this.root.classList.add("replica");
    this.root.dataset.replica = (Number(name.match(/\d+$/)?.[0]) || 0) % HUES;
    this.root.append(this.#records.root);
  }

  get root() {
    return this.#frame.root;
  }

  /** What a film looks at here: the slots of its drawer, and a word about what it checked. */
  get records() {
    return this.#records;
  }

  looked(text, result = "") {
    setText(this.#looked, text);
    this.#looked.dataset.result = result;
  }

  show({ alive, silent = false, refuses = false, clock_skew: skew, requests, sessions, session_count: count, cards }) {
    const died = this.#alive && !alive;
    this.#alive = alive;
    this.#silent = silent;
    this.root.dataset.state = silent ? "silent" : alive ? "alive" : "dead";
    setText(this.#frame.state, t(`stage.${silent ? "silent" : alive ? "alive" : refuses ? "refuses" : "dead"}`));
    setText(this.#skew, skewOf(skew));
    setText(this.#served, t("stage.served", { n: compact(requests ?? 0) }));
    setText(this.#toggle, t(`stage.${silent ? "wake" : alive ? "kill" : "start"}`));
    this.#toggle.ariaLabel = `${this.#toggle.textContent} ${this.#name}`;
    if (died && !cards) return this.#records.fall(t("stage.memory-lost"));
    cards ??= (sessions ?? []).map(({ id, user }) => ({ id, title: user.replace(SIMULATED, "$1"), detail: id }));
    this.#records.show(cards, count ?? cards.length, alive ? t("stage.remembers-nobody") : t("stage.memory-lost"));
  }
}
