// The balancer: how it chose last, and how many requests are on their way beyond those that are drawn.

import { el, setText } from "../dom.js";
import { number, t, tOr } from "../lang.js";
import { frame } from "./node.js";

export class BalancerNode {
  #frame = frame("balancer", t("stage.balancer"));
  #how = el("p", { className: "node-note" });
  #more = el("p", { className: "node-more", ariaHidden: "true" }, "\u00a0");

  constructor() {
    this.root.append(this.#how, this.#more);
    this.chose("round-robin");
  }

  get root() {
    return this.#frame.root;
  }

  chose(policy) {
    setText(this.#frame.state, policy);
    setText(this.#how, tOr(`stage.policy-${policy}`, ""));
  }

  /** More requests are on their way than are drawn. */
  waits(more) {
    setText(this.#more, more > 0 ? `+${number(more)}` : "\u00a0");
  }
}
