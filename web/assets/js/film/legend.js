// What the signs mean that are to be seen now: below the stage, in one line.

import { el } from "../dom.js";
import { t } from "../lang.js";

export class Legend {
  root = el("dl", { className: "stage-legend", ariaLabel: t("film.legend") });
  #groups = new Map(Object.entries({ still: [], film: [], result: [] })); // by name, in this order

  /** group: still, film or result; its signs, each {symbol, text, tone or sign}, or none. */
  show(group, signs) {
    this.#groups.set(group, signs);
    this.root.replaceChildren(...[...this.#groups.values()].flat().map(({ symbol, text, tone, sign }) => (
      el("div", {}, el("dt", { className: sign ? "sign" : tone ? "tag" : "", dataset: { ...(tone && { tone }), ...(sign && { sign }) } }, symbol), el("dd", {}, text))
    )));
  }
}
