// The client: one user, logged in on every lane, and the wallet. The browser holds the cookies and shows them to no
// script. The token is in a variable of this object, in memory only: a reload forgets it.

import { event, LANE_ANSWERED } from "./events.js";
import { Exchange } from "./exchange.js";
import { LANES } from "./schemes.js";

export class Client extends EventTarget {
  policy = "round-robin"; // how the balancer is asked to choose
  replicas = 0; // how many take turns, as far as is known
  #token = "";
  #round = 0;

  /** Logs in at every door. One after the other, so that under sticky all lanes are pinned to the same replica. */
  async login(username, password) {
    const answers = await this.#knock("login", (lane) => ({ method: "POST", path: lane.login, json: { username, password } }));
    const token = answers.find(({ exchange }) => exchange.ok && exchange.json?.access_token);
    if (token) this.#token = token.exchange.json.access_token;
    return answers;
  }

  /** Logs out at every door. The token stays here, so that what a replayed one is worth can be seen. */
  logout() {
    return this.#knock("logout", (lane) => this.#withToken(lane, { method: "POST", path: lane.logout }));
  }

  /** Sends the same request down each lane, and returns the answers. */
  async get(page) {
    const answers = [];
    for (const lane of this.#turns()) {
      const exchange = await this.#send(this.#withToken(lane, { path: `${lane.base}/${page}` }));
      answers.push(this.#tell(lane, page, exchange));
    }
    return answers;
  }

  /** The lanes in the order of this round. As many lanes as replicas would meet the same replica every time: shift. */
  #turns() {
    const shift = this.replicas % LANES.length === 0 ? this.#round++ % LANES.length : 0;
    return [...LANES.slice(shift), ...LANES.slice(0, shift)];
  }

  /** Sends one request to each door. Lanes that share a door, as both token lanes do, share its answer. */
  async #knock(errand, requestOf) {
    const answers = [];
    for (const [, lanes] of doors(errand)) {
      const exchange = await this.#send(requestOf(lanes[0]));
      for (const lane of lanes) answers.push(this.#tell(lane, errand, exchange));
    }
    return answers;
  }

  #send(request) {
    return Exchange.send({ ...request, headers: { "X-Balance": this.policy, ...request.headers } });
  }

  #withToken(lane, request) {
    if (!lane.bearer || this.#token === "") return request;
    return { ...request, headers: { Authorization: `Bearer ${this.#token}` } };
  }

  #tell(lane, errand, exchange) {
    const answer = { lane, errand, exchange };
    this.dispatchEvent(event(LANE_ANSWERED, answer));
    return answer;
  }
}

function doors(errand) {
  const found = new Map();
  for (const lane of LANES) found.set(lane[errand], [...(found.get(lane[errand]) ?? []), lane]);
  return found;
}
