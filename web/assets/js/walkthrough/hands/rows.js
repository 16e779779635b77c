// A row for each scheme: what is held, and the last answers, each with who asked and which replica answered.

import { el, setText } from "../../dom.js";
import { t } from "../../lang.js";
import { verdictOf } from "../../verdict.js";

const MOST = 10;

export class Rows {
  #rows = new Map(); // scheme → {list, words, held}

  constructor(schemes) {
    this.root = el("ul", { className: "lanes" }, ...schemes.map((scheme) => this.#row(scheme)));
  }

  /** Shows an answer; by: what stands under it. */
  add(scheme, { status }, by, words = verdictOf(status).words) {
    const row = this.#rows.get(scheme);
    const { tone, symbol } = verdictOf(status);
    row.list.append(el("li", { className: "tag", dataset: { tone, status, by } }, el("span", { ariaHidden: "true" }, `${symbol} `), status || "–", el("small", {}, by)));
    while (row.list.children.length > MOST) row.list.firstElementChild.remove();
    setText(row.words, words);
  }

  /** Says what a client holds. */
  hold = (scheme, text) => setText(this.#rows.get(scheme).held, text);

  clear() {
    for (const { list, words, held } of this.#rows.values()) {
      list.replaceChildren();
      setText(words, "");
      setText(held, "");
    }
  }

  #row(scheme) {
    const row = { list: el("ol", { ariaLabel: t("walkthrough.answers-of", { scheme }) }), words: el("span", { className: "words" }), held: el("code", { className: "held" }) };
    this.#rows.set(scheme, row);
    return el("li", { className: "lane", dataset: { scheme } }, el("span", { className: "who" }, el("span", { className: "swatch" }), scheme, row.held), row.words, row.list);
  }
}
