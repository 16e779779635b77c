// Requests on their way: traffic knows where each is, routes know where that is on the page, the painter draws it. It
// moves only while something flies. Readers who want less motion see the nodes on the path light up instead.

import { verdictOf } from "../verdict.js";
import { Painter } from "./painter.js";
import { Routes } from "./routes.js";
import { MOST, Traffic } from "./traffic.js";

const LIT = 450; // ms that a node is lit, for those who want less motion
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Flight {
  #floor;
  #waiting;
  #routes;
  #painter;
  #traffic = new Traffic();
  #frame = 0;
  #more = 0; // requests that were too many to draw
  #lit = new Map(); // node → timer
  #resized = new ResizeObserver(() => this.measure());

  /** waiting is told how many more requests there are than are drawn. */
  constructor(floor, waiting) {
    this.#floor = floor;
    this.#waiting = waiting;
    this.#routes = new Routes(floor);
    this.#painter = new Painter(floor);
  }

  open() {
    this.#resized.observe(this.#floor);
    for (const column of this.#floor.querySelectorAll(".stage-column > *")) this.#resized.observe(column);
  }

  close() {
    this.#resized.disconnect();
    this.clear();
  }

  measure() {
    if (!this.#floor.isConnected) return;
    this.#routes.measure();
    this.#painter.measure();
  }

  /** A new picture of the cluster: which wires lead somewhere. */
  picture({ replicas, redis, homeCut = false }) {
    this.#routes.picture(replicas ?? [], redis?.alive ?? false, homeCut);
  }

  /** Shows a request's way; landed is called when it is back. */
  launch({ scheme = "", status, replica, paid }, landed) {
    const stops = ["client", "balancer"];
    if (replica) stops.push(replica);
    if (replica && paid?.users) stops.push("users", replica);
    if (replica && paid?.store) stops.push("redis", replica);
    const { there, home } = this.#routes.legs(stops, scheme);
    if (calm.matches) this.#light(stops, scheme);
    if (calm.matches || document.hidden || there.length === 0) return landed();
    if (this.#traffic.flying >= MOST) {
      this.#waiting(++this.#more);
      return landed();
    }
    const { tone, symbol } = verdictOf(status);
    const dot = { landed, legs: [...there, ...home], answered: there.length, lane: scheme, tone, symbol };
    this.#traffic.launch(dot, performance.now());
    this.#frame ||= requestAnimationFrame((now) => this.#step(now));
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#traffic.clear();
    this.#painter.clear();
    this.#more = 0;
    this.#waiting(0);
  }

  get routes() {
    return this.#routes;
  }

  get flying() {
    return this.#traffic.flying;
  }

  #step(now) {
    this.#frame = 0;
    for (const dot of this.#traffic.step(now)) dot.landed();
    this.#painter.draw(this.#traffic.places(now, this.#routes));
    if (this.#traffic.flying > 0) {
      this.#frame = requestAnimationFrame((next) => this.#step(next));
    } else if (this.#more > 0) {
      this.#more = 0;
      this.#waiting(0);
    }
  }

  #light(stops, scheme) {
    for (const name of new Set(stops)) {
      const node = this.#floor.querySelector(`[data-node="${CSS.escape(name)}"]`);
      if (!node) continue;
      clearTimeout(this.#lit.get(node));
      Object.assign(node.dataset, { lit: "", scheme });
      this.#lit.set(node, setTimeout(() => delete node.dataset.lit, LIT));
    }
  }
}
