// The lab behind this page: what the cluster looks like now, the controls that break and mend it, its experiments.

import { CLUSTER_CHANGED, CLUSTER_MISSED, event, EXPERIMENT_CHANGED, REQUEST_BALANCED } from "./events.js";
import { Exchange, isExported } from "./exchange.js";

const PAUSE = 1000; // ms, before a lab that was lost is asked again

export class Lab extends EventTarget {
  /** The last picture of the cluster, or null: GET /lab/cluster. */
  picture = null;
  #experiments = new Map(); // name → {question, choices, runs, command}: what is known of each before it runs

  /** Asks for the cluster once, and then listens. Returns whether there is one. Where there is no lab, a single replica answers 404. */
  async open() {
    const found = await this.refresh();
    if (found && !isExported) this.#listen();
    return found;
  }

  async refresh() {
    const exchange = await Exchange.send({ path: "/lab/cluster" });
    if (exchange.ok && exchange.json) {
      this.#show(exchange.json);
      return true;
    }
    this.dispatchEvent(event(CLUSTER_MISSED, { missing: exchange.status === 404, exchange }));
    return false;
  }

  /** The replicas that are alive, or all. */
  get replicas() {
    return this.picture?.replicas ?? [];
  }

  /** What is broken now, as its names. */
  get faults() {
    return this.picture?.faults ?? [];
  }

  accountNamed = (wanted) => this.picture?.accounts?.find(({ name }) => name === wanted);

  /** Whether the lab breaks its parts for their clients alone: its containers go on. */
  get isInside() {
    return this.picture?.target === "compose";
  }

  // Each returns the exchange: its problem says what went wrong, and 501 that this takes Docker, with
  // exchange.json.command to type.
  killReplica = (name) => this.#control(`replicas/${encodeURIComponent(name)}/kill`);
  silenceReplica = (name) => this.#control(`replicas/${encodeURIComponent(name)}/silence`);
  startReplica = (name) => this.#control(`replicas/${encodeURIComponent(name)}/start`);
  skewClock = (name, skew) => this.#control(`replicas/${encodeURIComponent(name)}/clock`, { skew });
  scale = (count, looks = true) => this.#control("replicas", { count }, looks);
  stopRedis = () => this.#control("redis/stop");
  startRedis = () => this.#control("redis/start");
  flushRedis = () => this.#control("redis/flush");
  delayRedis = (delay) => this.#control("redis/delay", { delay });
  forward = (advance) => this.#control("clock", { advance });
  setRoles = (name, roles) => this.#control(`accounts/${encodeURIComponent(name)}`, { roles });
  addUsers = (count, password) => this.#control("accounts", { count, password });
  rotateKeys = (overlap) => this.#control("keys/rotate", { overlap });
  bootKeys = () => this.#control("keys/boot");
  breakNamed = (fault) => this.#control(`faults/${fault}/break`, {});
  mendNamed = (fault) => this.#control(`faults/${fault}/mend`, {});
  reset = () => this.#control("reset");

  /** Runs an experiment of the lab's own, and returns the exchange; its json is the result, told in a language. */
  measure(name, language, users) {
    return Exchange.send({
      method: "POST", path: `/lab/experiments/${encodeURIComponent(name)}?lang=${language}`, json: { users }, patience: 120_000,
    });
  }

  /** What to type to run an experiment that this lab cannot run by itself; "" where it can. */
  commandOf = (name) => this.#experiments.get(name)?.command ?? "";

  questionOf = (name) => this.#experiments.get(name)?.question ?? name;

  /** What can be predicted of an experiment: [{outcome, text}]. Outcomes are data, and compared as that. */
  choicesOf = (name) => this.#experiments.get(name)?.choices ?? [];

  /** What an experiment has measured last in this lab, started by a page or by a command, told in a language. */
  lastResult(name, language) {
    return Exchange.send({ path: `/lab/experiments/${encodeURIComponent(name)}?lang=${language}` });
  }

  /** Asks what experiments there are, in the words of a language. */
  async listExperiments(language) {
    const { ok, json } = await Exchange.send({ path: `/lab/experiments?lang=${language}` });
    if (ok) this.#experiments = new Map((json ?? []).map((experiment) => [experiment.name, experiment]));
  }

  /** looks: and asks what the cluster looks like then. Without, it comes with the events. */
  async #control(path, json, looks = true) {
    const exchange = await Exchange.send({ method: "POST", path: `/lab/${path}`, json });
    if (looks) await this.refresh();
    return exchange;
  }

  #show(picture) {
    this.picture = picture;
    this.dispatchEvent(event(CLUSTER_CHANGED, picture));
  }

  #listen() {
    const source = new EventSource("/lab/events");
    let lost = false;
    source.addEventListener("cluster", ({ data }) => this.#show(JSON.parse(data)));
    source.addEventListener("request", ({ data }) => this.dispatchEvent(event(REQUEST_BALANCED, JSON.parse(data))));
    source.addEventListener("experiment", ({ data }) => this.dispatchEvent(event(EXPERIMENT_CHANGED, JSON.parse(data))));
    source.addEventListener("open", () => {
      if (lost) this.refresh();
      lost = false;
    });
    source.addEventListener("error", () => {
      lost = true;
      this.dispatchEvent(event(CLUSTER_MISSED, { missing: false }));
      // It tries again by itself, but not after an answer that was an error: a balancer whose lab starts anew.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#return(), PAUSE);
    });
    // A page that is left and returned to as it was has a stream no more.
    addEventListener("pagehide", () => {
      source.close();
      addEventListener("pageshow", ({ persisted }) => persisted && this.#return(), { once: true });
    }, { once: true });
  }

  async #return() {
    if (await this.refresh()) this.#listen();
    else setTimeout(() => this.#return(), PAUSE);
  }
}
