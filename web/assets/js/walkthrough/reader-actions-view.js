// The reader's own requests: a button for each action, and a lane for each scheme with the last answers on it.

import { copyText, el, setText } from "../dom.js";
import { t } from "../lang.js";
import { EXCHANGE_ENDED } from "../model/events.js";
import { asCurl } from "../model/raw.js";
import { say, sayControl } from "../shell/shell.js";
import { verdictOf } from "../verdict.js";
import { handsOf } from "./hands/hands.js";
import { ACTIONS, actionLabel } from "./reader-actions.js";

const MOST = 10; // answers that a lane shows

export class ReaderActionsView {
  #root;
  #wallet;
  #lab;
  #reader;
  #other; // another user
  #shown = 0; // counts the chapters: what belongs to one before comes too late
  #hand = null; // what this chapter has beyond the buttons
  #lanes = new Map(); // scheme → {list, words}
  #last = null; // {exchange, lane}: what "copy as curl" copies
  #busy = false;

  constructor(root, { wallet, lab, reader, other }) {
    this.#root = root;
    this.#wallet = wallet;
    this.#lab = lab;
    this.#reader = reader;
    this.#other = other;
    wallet.addEventListener(EXCHANGE_ENDED, ({ detail }) => this.#show(detail));
  }

  /** result: what the experiment of the chapter has measured, if it has run. */
  async show({ yourTurn }, result) {
    this.leave();
    const shown = this.#shown;
    this.#lanes.clear();
    this.#last = null;
    this.#wallet.policy = yourTurn.policy ?? "round-robin";
    const body = this.#root.querySelector("div");
    if (yourTurn.hands) {
      body.replaceChildren();
      const context = { wallet: this.#wallet, lab: this.#lab, reader: this.#reader, other: this.#other, result, wrong: (exchange) => sayControl(exchange, "") };
      const hand = await handsOf(yourTurn, context);
      if (shown !== this.#shown) return;
      this.#hand = hand;
      body.replaceChildren(hand.root);
      return;
    }
    const lanes = yourTurn.schemes.map((scheme) => this.#lane(scheme));
    const buttons = yourTurn.actions.map((name) => this.#button(name, yourTurn.schemes));
    const copy = el("button", { type: "button", className: "tool copy" }, t("shell.copy-curl"));
    copy.addEventListener("click", () => this.#copy());
    body.replaceChildren(
      el("small", {}, t(`walkthrough.policy-${this.#wallet.policy}`)),
      el("div", { className: "actions" }, ...buttons, copy),
      el("ul", { className: "lanes" }, ...lanes));
  }

  /** The chapter is left: what it has broken is mended. */
  leave() {
    this.#shown += 1;
    this.#hand?.close();
    this.#hand = null;
  }

  /** Forgets the answers: after a reset they are about another lab. */
  clear() {
    for (const { list, words } of this.#lanes.values()) {
      list.replaceChildren();
      setText(words, "");
    }
  }

  lastReplicaOf = (scheme) => this.#lanes.get(scheme)?.list.lastElementChild?.dataset.by ?? "";

  #button(name, schemes) {
    const button = el("button", { type: "button", dataset: { action: name } }, actionLabel(name));
    button.addEventListener("click", () => this.#act(name, schemes));
    return button;
  }

  async #act(name, schemes) {
    if (this.#busy || document.documentElement.dataset.busy === "true") return; // or an experiment has the lab
    this.#mark(true);
    try {
      const { said, wrong } = await ACTIONS[name]({
        wallet: this.#wallet, lab: this.#lab, reader: this.#reader, schemes, lanes: this,
      });
      if (wrong) sayControl(wrong, "");
      else say(said);
    } finally {
      this.#mark(false);
    }
  }

  #mark(busy) {
    this.#busy = busy;
    for (const button of this.#root.querySelectorAll("[data-action]")) button.ariaDisabled = String(busy);
  }

  #lane(scheme) {
    const list = el("ol", { ariaLabel: t("walkthrough.answers-of", { scheme }) });
    const words = el("span", { className: "words" });
    this.#lanes.set(scheme, { list, words });
    return el("li", { className: "lane", dataset: { scheme } },
      el("span", { className: "who" }, el("span", { className: "swatch" }), scheme), list, words);
  }

  #show({ lane, action, exchange }) {
    const shown = this.#lanes.get(lane.name);
    this.#last = { exchange, lane };
    if (!shown) return;
    const { tone, symbol, words } = verdictOf(exchange.status, action);
    const mark = el("span", { ariaHidden: "true" }, `${symbol} `);
    shown.list.append(el("li", { className: "tag", dataset: { tone, by: exchange.replica, status: exchange.status } },
      mark, exchange.status || "–", el("small", {}, exchange.replica)));
    while (shown.list.children.length > MOST) shown.list.firstElementChild.remove();
    setText(shown.words, words);
  }

  async #copy() {
    if (!this.#last) return say(t("walkthrough.nothing-to-copy"));
    await copyText(asCurl(this.#last.exchange, this.#last.lane, this.#wallet.user));
    say(t("shell.copied"));
  }
}
