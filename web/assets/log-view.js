// The last requests that went through the balancer, the newest first.

import { el, milliseconds } from "./dom.js";
import { verdictOf } from "./verdict.js";

const MOST = 20;

export class LogView {
  #rows;

  constructor(section) {
    this.#rows = section.querySelector("tbody");
  }

  add({ at, method, path, policy, replica, attempts, status, duration_ms: took }) {
    const { tone, symbol } = verdictOf(status);
    const mark = el("span", { ariaHidden: "true" }, `${symbol} `);
    this.#rows.prepend(el("tr", {},
      el("td", { className: "wide" }, new Date(at).toLocaleTimeString("en-GB")),
      el("td", {}, el("code", {}, `${method} ${path}`)),
      el("td", { className: "wide" }, policy),
      el("td", {}, replica || "none"),
      el("td", { className: "wide number" }, attempts),
      el("td", {}, el("span", { className: "tag", dataset: { tone } }, mark, status)),
      el("td", { className: "wide number" }, milliseconds(took)),
    ));
    while (this.#rows.children.length > MOST) this.#rows.lastElementChild.remove();
  }
}
