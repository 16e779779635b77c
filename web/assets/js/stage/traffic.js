// The requests that are on their way, as a model: who has started when, and how far it is by now. It draws nothing. A
// dot's way is a list of legs, from node to node; between two legs it is inside of a node and not seen.

export const MOST = 200; // that fly at once

const LEG = 190; // ms from node to node
const STOP = 45; // ms in a node
const SPACING = 34; // ms between two dots of one scheme, so that they follow each other
const QUEUE = 700; // ms that a dot waits for those before it, at the most

export class Traffic {
  #dots = [];
  #last = new Map(); // lane → when its last dot starts

  get flying() {
    return this.#dots.length;
  }

  /** dot: {landed, legs, lane, answered, tone, symbol}; answered is the leg on which the answer is known. */
  launch(dot, now) {
    const pace = Math.max(0.55, 1 - this.#dots.length / 400);
    const last = this.#last.get(dot.lane) ?? 0;
    const behind = Math.max(0, last - now);
    dot.start = Math.max(now, last + SPACING * (1 - Math.min(1, behind / QUEUE)));
    dot.leg = LEG * pace;
    dot.turn = (LEG + STOP) * pace;
    dot.end = dot.start + dot.turn * dot.legs.length;
    this.#last.set(dot.lane, dot.start);
    this.#dots.push(dot);
  }

  /** Takes out the dots that have arrived by now, and returns them. */
  step(now) {
    const arrived = this.#dots.filter(({ end }) => end <= now);
    if (arrived.length > 0) this.#dots = this.#dots.filter(({ end }) => end > now);
    return arrived;
  }

  /** Where the dots are that can be seen: {x, y, lane, symbol, tone}, with no symbol while the answer is not known. */
  *places(now, routes) {
    for (const dot of this.#dots) {
      const since = now - dot.start;
      if (since < 0) continue;
      const n = Math.min(dot.legs.length - 1, Math.floor(since / dot.turn));
      const part = (since - n * dot.turn) / dot.leg;
      if (part > 1) continue;
      const place = routes.at(dot.legs[n], part);
      if (!place) continue;
      const known = n >= dot.answered;
      yield { x: place.x, y: place.y, lane: dot.lane, tone: known ? dot.tone : "", symbol: known ? dot.symbol : "" };
    }
  }

  clear() {
    this.#dots = [];
    this.#last.clear();
  }
}
