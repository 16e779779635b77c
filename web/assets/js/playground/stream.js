// A stream of users: requests at a steady rate, by the schemes that take part. A browser keeps one cookie for each
// scheme, so the cookie schemes are used with the reader's own login; tokens are in the page's hand, and so each request
// with a token is another simulated user's.

import { event, STREAM_CHANGED } from "../model/events.js";
import { Exchange } from "../model/exchange.js";
import { schemeNamed } from "../model/schemes.js";

const USERS = 20;
const PASSWORD = "the same for everybody"; // as the lab's experiments have it: the users are the same
const LIMIT = 60_000; // ms after which it stops by itself
const TICK = 50; // ms
const UNANSWERED = 60; // requests that may be under way; more are not sent

export class Stream extends EventTarget {
  rate = 0; // requests a second
  sent = 0;
  known = 0;
  lost = 0;
  #lab;
  #wallet;
  #tokens = []; // {token, address}
  #timer = 0;
  #end = 0;
  #owed = 0;
  #underWay = 0;
  #turn = 0;
  #last = 0;

  constructor(lab, wallet) {
    super();
    this.#lab = lab;
    this.#wallet = wallet;
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  get running() {
    return this.#timer !== 0;
  }

  /** Seconds until it stops by itself. */
  get left() {
    return this.running ? Math.max(0, Math.ceil((this.#end - performance.now()) / 1000)) : 0;
  }

  /** Starts with these schemes, or changes the rate. It returns the answer that was in the way, if there was one. */
  async start(rate, schemes) {
    this.rate = rate;
    if (this.running || rate === 0) return rate === 0 ? this.stop() : undefined;
    [this.sent, this.known, this.lost, this.#owed] = [0, 0, 0, 0];
    this.#end = performance.now() + LIMIT;
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#tick(schemes()), TICK);
    this.#changed();
    if (schemes().some((scheme) => schemeNamed(scheme).credential === "bearer")) return this.#logIn();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = this.rate = 0;
    this.#changed();
  }

  async #logIn() {
    this.#tokens = [];
    const added = await this.#lab.addUsers(USERS, PASSWORD);
    if (!added.ok) return added;
    for (let i = 1; i <= USERS && this.running; i++) {
      const address = `10.7.0.${i}`;
      const answer = await Exchange.send({
        method: "POST", path: "/authenticate", json: { username: `user-${String(i).padStart(5, "0")}`, password: PASSWORD },
        headers: { "X-Balance": this.#wallet.policy, "X-Forwarded-For": address },
      });
      if (!answer.ok) return answer;
      this.#tokens.push({ token: answer.json.access_token, address });
    }
  }

  #tick(schemes) {
    const now = performance.now();
    if (now >= this.#end) return this.stop();
    this.#owed = Math.min(this.#owed + (this.rate * (now - this.#last)) / 1000, this.rate);
    this.#last = now;
    for (; this.#owed >= 1; this.#owed--) {
      const requests = schemes.map((scheme) => this.#request(schemeNamed(scheme))).filter(Boolean);
      if (requests.length === 0 || this.#underWay >= UNANSWERED) break;
      this.#send(requests[this.#turn++ % requests.length]);
    }
    this.#changed();
  }

  /** What makes a request of one of the users who are logged in by this scheme, if there is one. */
  #request(lane) {
    const request = { path: `${lane.base}/me` };
    if (lane.credential === "bearer" && this.#tokens.length > 0) {
      const { token, address } = this.#tokens[this.#turn % this.#tokens.length];
      return () => ({ ...request, headers: { "X-Balance": this.#wallet.policy, Authorization: `Bearer ${token}`, "X-Forwarded-For": address } });
    }
    if (lane.credential === "bearer" || !this.#wallet.held.some(({ scheme }) => scheme === lane.name)) return null;
    return () => this.#wallet.signed(lane, request);
  }

  async #send(make) {
    this.#underWay++;
    this.sent++;
    const exchange = await Exchange.send(await make());
    this.#underWay--;
    this.#wallet.asks(exchange);
    if (exchange.ok) this.known++;
    else this.lost++;
  }

  #changed() {
    this.dispatchEvent(event(STREAM_CHANGED, this));
  }
}
