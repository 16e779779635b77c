// The cluster: replicas, Redis, the users database, and the lab's own switches. Elements are changed, not replaced, so
// that the focus stays where it is while events come in.

import { AccountView } from "./account-view.js";
import { duration, partsOf, setText } from "./dom.js";
import { showLife, showList, sync } from "./lists.js";
import { ReplicaView } from "./replica-view.js";

export class ClusterView {
  #lab;
  #run; // (words, control): calls a control of the lab, and says how it went
  #names;
  #replicas = new Map();
  #accounts = new Map();
  #redis = partsOf(document.getElementById("redis"));
  #switches = partsOf(document.getElementById("lab"));
  #ahead = 0; // ms that the lab's clock is ahead of ours
  #redisAlive = true;

  constructor(lab, run, names) {
    this.#lab = lab;
    this.#run = run;
    this.#names = names;
    const { toggle, flush } = this.#redis;
    toggle.addEventListener("click", () =>
      this.#redisAlive ? run("Redis is stopped.", lab.stopRedis) : run("Redis answers again.", lab.startRedis));
    flush.addEventListener("click", () => run("Redis is empty.", lab.flushRedis));
    this.#switches.forward.addEventListener("click", () => run("It is 15 minutes later.", () => lab.forward("15m")));
    this.#switches.reset.addEventListener("click", () => run("A clean lab: everything alive, empty, on time.", lab.reset));
    setInterval(() => this.#tick(), 1000);
  }

  show({ now, replicas, redis, faults, accounts }) {
    this.#showReplicas(replicas ?? []);
    this.#showRedis(redis ?? { alive: false });
    this.#showAccounts((accounts ?? []).filter(({ name }) => this.#names.includes(name)));
    setText(this.#switches.faults, (faults ?? []).join(", ") || "nothing");
    this.#ahead = now ? new Date(now) - Date.now() : 0;
    this.#tick();
  }

  #showReplicas(replicas) {
    sync(this.#replicas, replicas, document.getElementById("replicas"), () => new ReplicaView(this.#lab, this.#run));
  }

  #showAccounts(accounts) {
    sync(this.#accounts, accounts, document.getElementById("accounts"), () => new AccountView(this.#lab, this.#run));
  }

  #showRedis({ alive, keys, key_count: count, commands }) {
    this.#redisAlive = alive;
    showLife(this.#redis.life, alive, "alive", "stopped");
    setText(this.#redis.toggle, alive ? "Stop" : "Start");
    const lines = (keys ?? []).map((key) => [key.key, key.ttl_seconds > 0 ? duration(key.ttl_seconds) : "no end"]);
    const total = Object.values(count ?? {}).reduce((sum, n) => sum + n, 0);
    showList(this.#redis.keys, lines, total, "none");
    const counts = Object.entries(commands ?? {}).map(([name, count]) => `${name} ${count}`);
    setText(this.#redis.commands, counts.length > 0 ? `Commands so far: ${counts.join(", ")}` : "No commands so far");
  }

  #tick() {
    const minutes = Math.round(this.#ahead / 60_000);
    setText(this.#switches.clock, new Date(Date.now() + this.#ahead).toLocaleTimeString("en-GB"));
    setText(this.#switches.ahead, minutes === 0 ? "on time" : `${Math.abs(minutes)} min ${minutes > 0 ? "ahead" : "behind"}`);
  }
}
