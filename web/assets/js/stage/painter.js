// Draws dots on one canvas that lies between the wires and the nodes. Each kind of dot is painted once and then copied;
// only what was drawn is wiped.

import { el } from "../dom.js";

const OUT = 0.36; // rem: the radius of a request
const BACK = 0.55; // rem: of an answer, which shows its symbol
const SHARPEST = 2; // canvas pixels for a pixel of the page
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Painter {
  #canvas = el("canvas", { className: "dots", ariaHidden: "true" });
  #probe = el("span", { className: "probe", ariaHidden: "true" });
  #context = this.#canvas.getContext("2d");
  #sprites = new Map();
  #drawn = []; // x, y, size of what is on the canvas
  #scale = 1;
  #rem = 16;

  constructor(floor) {
    floor.querySelector(".wires").after(this.#canvas, this.#probe);
    dark.addEventListener("change", () => this.#sprites.clear());
  }

  measure() {
    const { clientWidth, clientHeight } = this.#canvas;
    const scale = Math.min(devicePixelRatio || 1, SHARPEST);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    if (scale !== this.#scale || rem !== this.#rem) this.#sprites.clear();
    [this.#scale, this.#rem] = [scale, rem];
    const [width, height] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
    if (width !== this.#canvas.width) this.#canvas.width = width;
    if (height !== this.#canvas.height) this.#canvas.height = height;
  }

  draw(places) {
    this.clear();
    for (const { x, y, lane, tone, symbol } of places) {
      const sprite = this.#sprite(lane, tone, symbol);
      const size = sprite.width;
      const [left, top] = [Math.round(x * this.#scale - size / 2), Math.round(y * this.#scale - size / 2)];
      this.#context.drawImage(sprite, left, top);
      this.#drawn.push(left, top, size);
    }
  }

  clear() {
    for (let i = 0; i < this.#drawn.length; i += 3) this.#context.clearRect(this.#drawn[i], this.#drawn[i + 1], this.#drawn[i + 2], this.#drawn[i + 2]);
    this.#drawn.length = 0;
  }

  #sprite(lane, tone, symbol) {
    const key = `${lane} ${tone} ${symbol}`;
    if (!this.#sprites.has(key)) this.#sprites.set(key, this.#paint(lane, tone, symbol));
    return this.#sprites.get(key);
  }

  #paint(lane, tone, symbol) {
    this.#probe.dataset.scheme = lane;
    this.#probe.dataset.tone = tone;
    const style = getComputedStyle(this.#probe);
    const colour = (name) => style.getPropertyValue(name).trim();
    const px = this.#rem * this.#scale;
    const radius = (symbol ? BACK : OUT) * px;
    const sprite = el("canvas", { width: Math.ceil(radius * 2 + px * 0.2), height: Math.ceil(radius * 2 + px * 0.2) });
    const context = sprite.getContext("2d");
    const centre = sprite.width / 2;
    const disc = (r, fill) => {
      context.beginPath();
      context.arc(centre, centre, r, 0, 2 * Math.PI);
      context.fillStyle = fill;
      context.fill();
    };
    disc(radius, colour("--page"));
    disc(radius - px * 0.06, colour("--scheme"));
    if (!symbol) return sprite;
    disc(radius - px * 0.2, colour("--card"));
    context.fillStyle = colour("--tone");
    context.font = `700 ${Math.round(radius * 1.15)}px system-ui, sans-serif`;
    context.textAlign = "center";
    const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: low } = context.measureText(symbol);
    context.fillText(symbol, centre, centre + (up - low) / 2);
    return sprite;
  }
}
