// A card for one lane: the last answer, what it cost, the answers before it, and both messages as they were.

import { el, milliseconds, stamp } from "./dom.js";
import { rawRequest, rawResponse } from "./raw.js";
import { verdictOf } from "./verdict.js";

const HISTORY = 12;

export class LaneView {
  #lane;
  #parts;
  #asked = 0;
  #known = 0;

  constructor(lane) {
    const { root, parts } = stamp("lane-template");
    this.root = root;
    this.#lane = lane;
    this.#parts = parts;
    root.dataset.scheme = lane.scheme;
    parts.scheme.textContent = lane.scheme;
    parts.scheme.id = `lane-${lane.scheme}`;
    root.setAttribute("aria-labelledby", parts.scheme.id);
    parts.carries.textContent = lane.carries;
    parts.truth.textContent = lane.truth;
    parts.request.ariaLabel = `Request of ${lane.scheme}`;
    parts.response.ariaLabel = `Response to ${lane.scheme}`;
    parts.request.textContent = "Nothing sent yet.";
    parts.response.hidden = true;
  }

  show(errand, exchange) {
    const verdict = verdictOf(exchange.status, errand);
    this.#showVerdict(verdict, exchange);
    this.#parts.detail.textContent = exchange.problem || describe(errand, exchange.json, this.#lane);
    this.#showCosts(exchange.costs);
    this.#remember(errand, verdict, exchange);
    this.#parts.request.textContent = rawRequest(exchange, this.#lane);
    this.#parts.response.textContent = rawResponse(exchange, this.#lane, errand);
    this.#parts.response.hidden = false;
  }

  #showVerdict({ tone, symbol, words }, { status, replica }) {
    const parts = this.#parts;
    parts.verdict.dataset.tone = tone;
    parts.symbol.textContent = symbol;
    parts.status.textContent = status || "–";
    parts.words.textContent = words;
    parts.replica.textContent = replica;
  }

  #showCosts(costs) {
    const items = costs.map(({ description, duration }) => el("li", {}, el("span", { title: description }, description), el("span", {}, milliseconds(duration))));
    this.#parts.costs.replaceChildren(...(items.length > 0 ? items : [el("li", { className: "none" }, "nothing worth measuring")]));
  }

  #remember(errand, { tone, symbol }, { status, replica }) {
    const { history, tally } = this.#parts;
    const isDoor = errand === "login" || errand === "logout";
    this.#asked = isDoor ? 0 : this.#asked + 1;
    this.#known = isDoor ? 0 : this.#known + (status === 200 ? 1 : 0);
    tally.textContent = this.#asked === 0 ? "" : `${this.#known} of ${this.#asked} are 200`;
    const mark = el("span", { ariaHidden: "true" }, `${symbol} `);
    history.append(el("li", { className: isDoor ? "door" : "", dataset: { tone } }, el("span", {}, mark, status || "–"), el("small", {}, isDoor ? errand : replica || "nobody")));
    while (history.children.length > HISTORY) history.firstElementChild.remove();
  }
}

function describe(errand, json, lane) {
  if (errand === "logout") return lane.goodbye;
  if (json?.access_token) return `The page keeps the token, good for ${Math.round(json.expires_in / 60)} min.`;
  if (!json?.user) return "";
  const until = json.expires_at ? new Date(json.expires_at).toLocaleTimeString("en-GB") : "for ever";
  return `${json.user.name}\nroles: ${json.user.roles.join(", ") || "none"}\nuntil: ${until}`;
}
