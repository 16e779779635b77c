// The wires between the nodes: drawn as lines, and walked along by dots. They follow the nodes wherever these stand.

import { svg } from "./node.js";
import { plan } from "./plan.js";
import { Route } from "./route.js";

const HOME = "reports>balancer"; // measured in parts of 100, so that it can be drawn cut in the middle

export class Routes {
  #floor;
  #svg = svg("svg", { class: "wires", "aria-hidden": "true" });
  #wires = new Map(); // "app-1>redis" → {route, path}

  constructor(floor) {
    this.#floor = floor;
    floor.prepend(this.#svg);
  }

  /** The legs there and home again by way of these stops. A stop that this stage leaves out is passed over. */
  legs(stops, scheme) {
    const lane = this.#wires.has(`client/${scheme}>balancer`) ? `client/${scheme}` : "client/";
    const names = [lane, ...stops.slice(1)];
    const there = names.slice(1).flatMap((to, i) => this.way(names[i], to));
    const home = [names[2], "balancer", lane].filter(Boolean);
    return { there, home: home.slice(1).flatMap((to, i) => this.way(home[i], to)) };
  }

  /** The leg from one stop to the next, as a list of one or none. */
  way(from, to) {
    if (this.#wires.has(`${from}>${to}`)) return [{ key: `${from}>${to}`, back: false }];
    return this.#wires.has(`${to}>${from}`) ? [{ key: `${to}>${from}`, back: true }] : [];
  }

  /** Marks the one wire that something travels on; "" none. */
  mark(wanted, scheme) {
    for (const [key, { path }] of this.#wires) {
      path.toggleAttribute("data-way", key === wanted);
      if (key === wanted) path.dataset.scheme = scheme;
      else if (!key.includes("/")) delete path.dataset.scheme; // a client's wires keep theirs
    }
  }

  /** Where a dot is at a part of a leg; nowhere if the leg is gone. */
  at({ key, back }, part) {
    return this.#wires.get(key)?.route.at(part, back);
  }

  measure() {
    const down = getComputedStyle(this.#floor).getPropertyValue("--flow").trim() === "down";
    const lines = plan(this.#floor, down);
    for (const [key, { path }] of this.#wires) {
      if (lines.has(key)) continue;
      path.remove();
      this.#wires.delete(key);
    }
    for (const [key, points] of lines) {
      if (!this.#wires.has(key)) this.#wires.set(key, { path: this.#add(key) });
      const wire = this.#wires.get(key);
      wire.route = new Route(points, down);
      wire.path.setAttribute("d", wire.route.d);
    }
  }

  /** Marks the wires whose end is dead. */
  picture(replicas, redisAlive, homeCut) {
    const drawn = [...this.#wires.keys()].filter((key) => key.startsWith("balancer>")).toSorted();
    if (`${drawn}` !== `${replicas.map(({ name }) => `balancer>${name}`).toSorted()}`) this.measure(); // one came or went
    const dead = new Set(replicas.filter(({ alive }) => !alive).map(({ name }) => name));
    if (!redisAlive) dead.add("redis");
    const isDead = (key) => (homeCut && key === HOME) || key.split(">").some((name) => dead.has(name));
    for (const [key, { path }] of this.#wires) path.toggleAttribute("data-dead", isDead(key));
  }

  #add(key) {
    const path = svg("path", { "data-wire": key, ...(key === HOME && { pathLength: 100 }) });
    const [from, to] = key.split(">");
    const lane = from.match(/^(?:client|other)\/(.+)/)?.[1];
    if (lane) path.dataset.scheme = lane;
    const replica = [from, to].map((name) => this.#floor.querySelector(`.replica[data-node="${name}"]`)).find(Boolean);
    if (replica) path.dataset.replica = replica.dataset.replica;
    this.#svg.append(path);
    return path;
  }
}
