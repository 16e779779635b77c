// A small chart: lines of what was measured, limits across it, and dots, which the reader measures or a film plays back.

import { el } from "./dom.js";
import { number, t } from "./lang.js";
import { svg } from "./stage/node.js";

const LEFT = 44;
const FOOT = 36; // for the numbers, and what they are of
const TOP = 24;
const CROSS_ABOVE = 14; // the highest value
const STRIP = 34; // above all values, for what has none

// Each scheme has a shape of its own: what holds a session ID is round.
const SHAPES = {
  "session-memory": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  "session-redis": "M-4-4h8a4 4 0 0 1 0 8h-8a4 4 0 0 1 0-8z",
  "session-cookie": "M0-6L6 0L0 6L-6 0z",
  "token-stateless": "M-4.5-4.5h9v9h-9z",
  "token-revocable": "M0-6L6 5H-6z",
  "token-cookie": "M0 6L6-5H-6z",
};
const BEYOND = "M0-7l6 6h-3.5v7h-5v-7H-6z"; // an arrow: the value is above the chart
const CROSS = "M-6-4l2-2 4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4z"; // there is no value

/** Which line is which. */
export const linesOf = (schemes) => el("ul", { className: "curve-lines" }, ...schemes.map((scheme) => el("li", {}, sample(scheme), t(`scheme.${scheme}.name`))));

/** A scheme's shape, with its line through it: how it is to be known by in the chart. */
export function sample(scheme) {
  const root = svg("svg", { viewBox: "-16 -8 32 16", class: "curve-sample", "aria-hidden": "true" });
  root.append(svg("path", { class: "curve-line", d: "M-16 0H16" }), svg("path", { class: "curve-dot", d: SHAPES[scheme] ?? SHAPES["token-stateless"] }));
  for (const node of root.children) node.dataset.scheme = scheme;
  return root;
}

export class Curve {
  #lines = svg("g");
  #dots = svg("g");
  #marker;

  /**
   * x and y: {most, ticks: [number], unit, name: what it is}; limits: [{at, label}]; label: what it is, for those who do not see it; strip:
   * what a dot says that has no value, if there are such; wide and high in units of its text, of which a letter has about 11.
   */
  constructor({ x, y, limits = [], label, strip = "", wide = 400, high = 180 }) {
    this.x = x;
    this.y = y;
    Object.assign(this, { wide, foot: high - FOOT, top: strip ? STRIP + TOP : TOP });
    const root = svg("svg", { viewBox: `0 0 ${wide} ${high}`, class: "curve", role: "img", "aria-label": label });
    const across = (name, v) => svg("line", { class: name, x1: LEFT, x2: wide, y1: v, y2: v });
    for (const tick of y.ticks) root.append(across("curve-grid", this.#v(tick)), text(LEFT - 6, this.#v(tick) + 4, `${number(tick, 1)} ${y.unit}`, "end"));
    for (const tick of x.ticks) root.append(text(this.#u(tick), this.foot + 14, `${number(tick)}${tick === x.ticks.at(-1) ? ` ${x.unit}` : ""}`, tick === x.ticks.at(-1) ? "end" : "middle"));
    root.append(text(0, 11, y.name, "start", "curve-axis"), text(wide - 4, high - 6, `${x.name} →`, "end", "curve-axis"));
    for (const limit of limits) root.append(across("curve-limit", this.#v(limit.at)), text(wide - 4, this.#v(limit.at) - 5, limit.label, "end", "curve-limit-name"));
    if (strip) root.append(text(LEFT + 4, TOP + 3, strip, "start", "curve-limit-name"));
    this.#marker = svg("line", { class: "curve-marker", y1: TOP - 6, y2: this.foot });
    root.append(this.#marker, this.#lines, this.#dots);
    this.root = el("figure", {}, root);
  }

  /** A line through points [x, y], in the colour of a scheme. */
  line(scheme, points) {
    const path = svg("polyline", { class: "curve-line", points: points.map(([x, y]) => `${this.#u(x)},${this.#v(y)}`).join(" ") });
    path.dataset.scheme = scheme;
    this.#lines.append(path);
    return path;
  }

  /** y null: there is no value. */
  dot(scheme, x, y, isGood = true) {
    const [u, v] = this.place(x, y);
    const shape = y === null ? CROSS : y > this.y.most ? BEYOND : SHAPES[scheme] ?? SHAPES["token-stateless"];
    const node = svg("path", { class: "curve-dot", d: shape, transform: `translate(${u} ${v})` });
    Object.assign(node.dataset, { scheme, good: String(isGood) });
    this.#dots.append(node);
    return node;
  }

  place = (x, y) => [this.#u(x), y === null ? this.top - CROSS_ABOVE : this.#v(y)];

  mark(x) {
    for (const end of ["x1", "x2"]) this.#marker.setAttribute(end, this.#u(x));
  }

  clear() {
    this.#lines.replaceChildren();
    this.#dots.replaceChildren();
  }

  #u = (x) => LEFT + (Math.min(x, this.x.most) / this.x.most) * (this.wide - LEFT - 8);
  #v = (y) => this.foot - (Math.min(y, this.y.most) / this.y.most) * (this.foot - this.top);
}

function text(x, y, words, anchor, name = "") {
  const node = svg("text", { x, y, "text-anchor": anchor, class: name });
  node.textContent = words;
  return node;
}
