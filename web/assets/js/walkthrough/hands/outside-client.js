// A client that is no browser, like curl: the lab sends its requests. Its cookies can be read, copied, and sent after they
// were taken away, which a browser lets no script do.

import { Exchange } from "../../model/exchange.js";
import { schemeNamed as lane } from "../../model/schemes.js";

export class OutsideClient {
  #held = new Map(); // scheme → Cookie header, or token

  constructor(name) {
    this.name = name;
  }

  /** What it would send with a request of a scheme: "" for nothing. */
  credentialOf = (scheme) => this.#held.get(scheme) ?? "";

  /** Logs in, and keeps what it gets. Returns the answer: {status, replica, body}. */
  async login(user, scheme) {
    const { login, credential } = lane(scheme);
    const body = JSON.stringify({ username: user.name, password: user.password });
    const answer = await send({ method: "POST", path: login, headers: { "Content-Type": "application/json" }, body });
    if (answer.status === 200) this.#held.set(scheme, credential === "cookie" ? answer.cookies.join("; ") : JSON.parse(answer.body).access_token);
    return answer;
  }

  get = (scheme, path = `${lane(scheme).base}/me`, service = "") => send({ method: "GET", path, service, headers: this.#headers(scheme) });

  /** Logs out, and keeps the old credential all the same. */
  logout = (scheme) => send({ method: "POST", path: lane(scheme).logout, headers: this.#headers(scheme) });

  /** Takes a copy of all that another client holds. */
  copy(other) {
    this.#held = new Map(other.#held);
  }

  forget() {
    this.#held.clear();
  }

  #headers(scheme) {
    const held = this.credentialOf(scheme);
    if (!held) return {};
    return lane(scheme).credential === "cookie" ? { Cookie: held } : { Authorization: `Bearer ${held}` };
  }
}

async function send(request) {
  const exchange = await Exchange.send({ method: "POST", path: "/lab/client", json: request });
  return exchange.ok ? exchange.json : { status: 0, replica: "", cookies: [], body: "", exchange };
}
