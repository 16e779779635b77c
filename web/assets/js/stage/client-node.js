// The client: who it says that it is, and its wallet. A row for each scheme tells its colour, what is held, and what
// became of the last requests: it is the legend of the stage, too.

import { el, setText } from "../dom.js";
import { t } from "../lang.js";
import { schemeOfPath } from "../model/schemes.js";
import { verdictOf } from "../verdict.js";
import { frame } from "./node.js";

const TICKS = 10; // answers that a row remembers
const PAUSE = 60; // ms between two drawings of the rows: a reader is not faster

export class ClientNode {
  #frame = frame("client", t("stage.client"));
  #list = el("ul", { className: "wallet" });
  #other = el("p", { className: "wallet-other" }, "\u00a0");
  #rows = new Map(); // scheme → Row
  #wallet = { held: [], user: null };
  #due = 0;

  constructor() {
    this.root.append(this.#list, this.#other);
  }

  get root() {
    return this.#frame.root;
  }

  /** Lists these schemes, in this order. A row that stays keeps its answers. */
  list(schemes) {
    for (const scheme of schemes) if (!this.#rows.has(scheme)) this.#rows.set(scheme, new Row(scheme, () => this.#later()));
    const rows = schemes.map((scheme) => this.#rows.get(scheme).root);
    if (rows.length !== this.#list.children.length || rows.some((row, i) => row !== this.#list.children[i])) this.#list.replaceChildren(...rows);
    this.hold(this.#wallet);
  }

  hold(wallet) {
    this.#wallet = wallet;
    const { held, user } = wallet;
    setText(this.#frame.state, user?.name ?? "");
    for (const [scheme, row] of this.#rows) row.hold(held.find((one) => one.scheme === scheme));
  }

  /** A request has left; what is returned is told its status when it is back. */
  sent({ method, path, scheme }) {
    const row = this.#rows.get(scheme || schemeOfPath(path));
    if (row?.root.isConnected) return row.sent();
    return (status) => {
      const { tone, symbol } = verdictOf(status);
      const tag = el("span", { className: "tag", dataset: { tone } }, `${symbol} ${status || "–"}`);
      this.#other.replaceChildren(el("span", { className: "wallet-path" }, `${method} ${path}`), tag);
    };
  }

  #later() {
    this.#due ||= setTimeout(() => {
      this.#due = 0;
      for (const row of this.#rows.values()) row.draw();
    }, PAUSE);
  }

  clear() {
    setText(this.#other, "\u00a0");
    for (const row of this.#rows.values()) row.clear();
  }
}

class Row {
  #tag = el("span", { className: "tag" });
  #what = el("span", { className: "wallet-what" });
  #ticks = Array.from({ length: TICKS }, () => el("i"));
  #answers = []; // the last ones, as {tone, symbol, status}; empty while it is on its way
  #changed;

  /** changed is called when the row has to be drawn. */
  constructor(scheme, changed) {
    this.#changed = changed;
    this.root = el("li", { dataset: { scheme } },
      el("span", { className: "swatch", ariaHidden: "true" }), el("span", { className: "wallet-name" }, t(`scheme.${scheme}.name`)), this.#tag,
      this.#what, el("span", { className: "ticks", ariaHidden: "true" }, ...this.#ticks));
    this.hold();
  }

  hold(held) {
    this.root.toggleAttribute("data-held", held !== undefined);
    setText(this.#what, held ? saidOf(held) : t("stage.holds-nothing"));
    this.#what.title = held?.kind === "cookie" ? t("stage.http-only") : "";
  }

  /** Ticks stand in the order in which the requests left, also if a later one is back first. */
  sent() {
    const answer = {};
    this.#answers = [...this.#answers, answer].slice(-TICKS);
    return (status) => {
      Object.assign(answer, verdictOf(status), { status });
      this.#changed();
    };
  }

  draw() {
    const free = TICKS - this.#answers.length;
    this.#ticks.forEach((tick, i) => {
      const tone = this.#answers[i - free]?.tone ?? "none";
      if (tick.dataset.tone !== tone) tick.dataset.tone = tone;
    });
    const last = this.#answers.findLast(({ tone }) => tone);
    this.#tag.dataset.tone = last?.tone ?? "";
    setText(this.#tag, last ? `${last.symbol} ${last.status || "–"}` : "");
  }

  clear() {
    this.#answers = [];
    this.draw();
  }
}

function saidOf({ kind, value }) {
  if (kind === "token") return `${value.slice(0, 10)}…${value.slice(-4)}`;
  return t(`stage.holds-${kind}`);
}
