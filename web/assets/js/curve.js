// A small chart: lines of what was measured, limits across it, and dots of what the reader measures.

import { el } from "../../dom.js";
import { number } from "../../lang.js";
import { svg } from "../../stage/node.js";

const WIDE = 400;
const HIGH = 180;
const LEFT = 44;
const FOOT = 22;

export class Curve {
  #lines = svg("g");
  #dots = svg("g");
  #marker = svg("line", { class: "curve-marker", y1: 0, y2: HIGH - FOOT });

  /** x and y: {most, ticks: [number], unit}; limits: [{at, label}]; label: what it is, for those who do not see it. */
  constructor({ x, y, limits = [], label }) {
    this.x = x;
    this.y = y;
    const root = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "curve", role: "img", "aria-label": label });
    for (const tick of y.ticks) root.append(svg("line", { class: "curve-grid", x1: LEFT, x2: WIDE, y1: this.#v(tick), y2: this.#v(tick) }), text(LEFT - 6, this.#v(tick) + 4, `${number(tick)} ${y.unit}`, "end"));
    for (const tick of x.ticks) root.append(text(this.#u(tick), HIGH - 6, `${number(tick)}${tick === x.ticks.at(-1) ? ` ${x.unit}` : ""}`, tick === x.ticks.at(-1) ? "end" : "middle"));
    for (const limit of limits) root.append(svg("line", { class: "curve-limit", x1: LEFT, x2: WIDE, y1: this.#v(limit.at), y2: this.#v(limit.at) }), text(WIDE - 4, this.#v(limit.at) - 5, limit.label, "end", "curve-limit-name"));
    root.append(this.#lines, this.#dots, this.#marker);
    this.root = el("figure", {}, root);
  }

  /** A line through points [x, y], in the colour of a scheme. */
  line(scheme, points) {
    const path = svg("polyline", { class: "curve-line", points: points.map(([x, y]) => `${this.#u(x)},${this.#v(y)}`).join(" ") });
    path.dataset.scheme = scheme;
    this.#lines.append(path);
  }

  dot(scheme, x, y, isGood = true) {
    const round = scheme.startsWith("session") && scheme !== "session-cookie";
    const [u, v] = [this.#u(x), this.#v(y)];
    const shape = round ? svg("circle", { cx: u, cy: v, r: 5 }) : svg("rect", { x: u - 4.5, y: v - 4.5, width: 9, height: 9 });
    shape.classList.add("curve-dot");
    Object.assign(shape.dataset, { scheme, good: String(isGood) });
    this.#dots.append(shape);
  }

  mark(x) {
    for (const end of ["x1", "x2"]) this.#marker.setAttribute(end, this.#u(x));
  }

  clear() {
    this.#dots.replaceChildren();
  }

  #u = (x) => LEFT + (Math.min(x, this.x.most) / this.x.most) * (WIDE - LEFT - 8);
  #v = (y) => HIGH - FOOT - (Math.min(y, this.y.most) / this.y.most) * (HIGH - FOOT - 8);
}

function text(x, y, words, anchor, name = "") {
  const node = svg("text", { x, y, "text-anchor": anchor, class: name });
  node.textContent = words;
  return node;
}
