// The wire: both messages of one request of this page, raw. It follows the last one until one is chosen.

import { copyText, el, milliseconds, partsOf, setText } from "../dom.js";
import { t } from "../lang.js";
import { REQUEST_LOG_CHANGED } from "../model/events.js";
import { asCurl, rawRequest, rawResponse } from "../model/raw.js";
import { marked } from "./credential.js";

const COPIED = 1500; // ms that "copied" is shown

export class WireView {
  #wallet;
  #parts = partsOf(document.querySelector(".wire"));
  #follows = true;
  #entry = null;
  #due = 0;

  constructor(log, wallet) {
    this.#wallet = wallet;
    log.addEventListener(REQUEST_LOG_CHANGED, ({ detail: entry }) => {
      if (!entry || (this.#follows && entry.own)) this.#later(entry);
      else if (entry === this.#entry) this.#later(entry);
    });
    const { latest, curl } = this.#parts;
    latest.addEventListener("click", () => {
      this.#follow(!this.#follows);
      const last = log.entries.find(({ own }) => own);
      if (this.#follows && last) this.#later(last);
    });
    curl.addEventListener("click", () => this.#copy());
  }

  /** Shows this entry, and stays with it. */
  choose(entry) {
    this.#follow(false);
    this.#later(entry);
  }

  #follow(on) {
    this.#follows = on;
    this.#parts.latest.ariaPressed = String(on);
  }

  #later(entry) {
    this.#entry = entry;
    this.#due ||= requestAnimationFrame(() => this.#show());
  }

  #show() {
    this.#due = 0;
    const { what, request, response, costs, curl } = this.#parts;
    const own = this.#entry?.own;
    curl.disabled = !own;
    setText(what, this.#entry ? `${this.#entry.method} ${this.#entry.path} · ${this.#entry.status || "–"}` : t("playground.wire-none"));
    if (!own) {
      request.replaceChildren(this.#entry ? t("playground.wire-foreign") : "");
      response.replaceChildren();
      costs.replaceChildren();
      return;
    }
    const { exchange, lane, action } = own;
    request.replaceChildren(...marked(rawRequest(exchange, lane, action)));
    response.replaceChildren(...marked(rawResponse(exchange, lane, action)));
    const paid = exchange.costs.map(({ name, description, duration }) => (
      el("li", { dataset: { cost: name } }, el("span", {}, description), el("span", { className: "number" }, duration ? milliseconds(duration) : ""))
    ));
    costs.replaceChildren(...(paid.length > 0 ? paid : [el("li", {}, t("playground.cost-none"))]));
  }

  async #copy() {
    const { exchange, lane } = this.#entry.own;
    await copyText(asCurl(exchange, lane, this.#wallet.user));
    const { curl } = this.#parts;
    setText(curl, t("shell.copied"));
    setTimeout(() => setText(curl, t("shell.copy-curl")), COPIED);
  }
}
