// The lab behind this page: what the cluster looks like now, and the controls that break and mend it.

import { CLUSTER_CHANGED, CLUSTER_MISSED, event, REQUEST_BALANCED } from "./events.js";
import { Exchange } from "./exchange.js";

export class Lab extends EventTarget {
  /** Asks for the cluster once, and then listens. Where there is no lab, a single replica answers 404. */
  async open() {
    if (await this.refresh()) this.#listen();
  }

  async refresh() {
    const exchange = await Exchange.send({ path: "/lab/cluster" });
    if (exchange.ok && exchange.json) {
      this.dispatchEvent(event(CLUSTER_CHANGED, exchange.json));
      return true;
    }
    this.dispatchEvent(event(CLUSTER_MISSED, { missing: exchange.status === 404, reason: exchange.problem }));
    return false;
  }

  killReplica = (name) => this.#control(`/lab/replicas/${encodeURIComponent(name)}/kill`);
  startReplica = (name) => this.#control(`/lab/replicas/${encodeURIComponent(name)}/start`);
  stopRedis = () => this.#control("/lab/redis/stop");
  startRedis = () => this.#control("/lab/redis/start");
  flushRedis = () => this.#control("/lab/redis/flush");
  forward = (advance) => this.#control("/lab/clock", { advance });
  setRoles = (name, roles) => this.#control(`/lab/accounts/${encodeURIComponent(name)}`, { roles });
  reset = () => this.#control("/lab/reset");

  /** Returns what went wrong, or nothing. */
  async #control(path, json) {
    const exchange = await Exchange.send({ method: "POST", path, json });
    await this.refresh();
    return exchange.problem;
  }

  #listen() {
    const source = new EventSource("/lab/events");
    let lost = false;
    source.addEventListener("cluster", ({ data }) => this.dispatchEvent(event(CLUSTER_CHANGED, JSON.parse(data))));
    source.addEventListener("request", ({ data }) => this.dispatchEvent(event(REQUEST_BALANCED, JSON.parse(data))));
    source.addEventListener("open", () => {
      if (lost) this.refresh();
      lost = false;
    });
    source.addEventListener("error", () => {
      lost = true;
      this.dispatchEvent(event(CLUSTER_MISSED, { missing: false, reason: "The lab does not answer; trying again." }));
    });
  }
}
