// The requests that the balancer saw, of this page and of other clients: one entry each. The page's own are found again
// among them, and get their messages. Without a lab, the page's own are all that can be known.

import { CLUSTER_CHANGED, CLUSTER_MISSED, event, EXCHANGE_ENDED, REQUEST_LOG_CHANGED, REQUEST_BALANCED } from "../model/events.js";
import { concernsLogins } from "../model/schemes.js";

const KEPT = 50; // entries
const NEAR = 200; // entries and exchanges among which the two are matched

const keyOf = ({ method, path, replica, status }) => `${method} ${path} ${replica} ${status}`;

export class RequestLog extends EventTarget {
  #entries = []; // the newest first
  #waiting = []; // exchanges that the balancer has not told of yet
  #alone = false;
  #count = 0;

  constructor(lab, wallet) {
    super();
    lab.addEventListener(CLUSTER_CHANGED, () => (this.#alone = false));
    lab.addEventListener(CLUSTER_MISSED, ({ detail }) => (this.#alone = detail.missing));
    lab.addEventListener(REQUEST_BALANCED, ({ detail }) => concernsLogins(detail.path) && this.#balanced(detail));
    wallet.addEventListener(EXCHANGE_ENDED, ({ detail }) => this.#ended(detail));
  }

  get entries() {
    return this.#entries;
  }

  clear() {
    this.#entries = [];
    this.#waiting = [];
    this.#tell(null);
  }

  #balanced({ at, method, path, scheme = "", replica, status, attempts, duration_ms: took, paid }) {
    const entry = { id: ++this.#count, at: new Date(at), method, path, scheme, replica, status, attempts, took, store: paid?.store, own: null };
    const i = this.#waiting.findIndex(({ key }) => key === keyOf(entry));
    if (i >= 0) this.#join(entry, this.#waiting.splice(i, 1)[0].own);
    this.#add(entry);
  }

  #ended(own) {
    const { request, replica, status } = own.exchange;
    const key = keyOf({ ...request, replica, status });
    const entry = this.#entries.slice(0, NEAR).findLast((one) => !one.own && keyOf(one) === key);
    if (entry) {
      this.#join(entry, own);
      return this.#tell(entry);
    }
    if (!this.#alone) {
      this.#waiting = [...this.#waiting, { key, own }].slice(-NEAR);
      return;
    }
    const { method, path } = request;
    const alone = { id: ++this.#count, at: new Date(), method, path, scheme: own.lane.name, replica, status, attempts: 1 };
    this.#join(alone, own);
    this.#add(alone);
  }

  #join(entry, own) {
    entry.own = own;
    entry.store ??= own.exchange.costs.filter(({ name }) => name === "store").length;
    entry.took ??= own.exchange.costs.reduce((sum, { duration }) => sum + duration, 0);
  }

  #add(entry) {
    this.#entries = [entry, ...this.#entries].slice(0, KEPT);
    this.#tell(entry);
  }

  #tell(entry) {
    this.dispatchEvent(event(REQUEST_LOG_CHANGED, entry));
  }
}
