// Plays the frames of a curve in the place of the stage: a point rises to what was measured, and the line of its lane takes
// it in. The same calls as Scene.

import { Curve, sample } from "../curve.js";
import { el, setText } from "../dom.js";
import { number, t } from "../lang.js";
import { lineOf } from "./chart-reel.js";

const KB = 1024;
const WIDEST = 880;
const [LOWEST, HIGHEST] = [190, 380];
const PARTS = 4; // of an axis, at the least
const ENOUGH = 0.6; // of an axis that four of them may take
const ABOVE = 2; // how many times its highest median a curve of times is high at the most
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class ChartScene {
  #stage;
  #clock;
  #reel;
  #curve;
  #lanes = new Map(); // scheme → {root, value}
  #root;

  constructor(stage, clock, reel) {
    this.#stage = stage;
    this.#clock = clock;
    this.#reel = reel;
    stage.lend([], []);
    const wide = Math.min(WIDEST, Math.max(300, stage.clientWidth));
    const label = t(`film.chart-${reel.scale}`);
    this.#curve = new Curve({ ...this.#axes(), label, wide, high: Math.min(HIGHEST, Math.max(LOWEST, wide * 0.42)) });
    for (const scheme of reel.schemes) {
      const value = el("b");
      this.#lanes.set(scheme, { root: el("li", { dataset: { scheme } }, sample(scheme), el("span", {}, t(`scheme.${scheme}.name`)), value), value });
    }
    this.#curve.root.append(el("figcaption", {}, label));
    this.#root = el("div", { className: "film-chart" }, el("ul", {}, ...[...this.#lanes.values()].map(({ root }) => root)), this.#curve.root);
    stage.prepend(this.#root);
    stage.dataset.chart = reel.scale;
  }

  close() {
    this.#root.remove();
    delete this.#stage.dataset.chart;
    this.#stage.takeBack();
  }

  /** The end of a frame, at once. */
  settle({ scheme, x = 0 }, { points }) {
    this.#draw(points, scheme, x);
  }

  /** What became of it is to be seen when this is over. */
  async act(frame, { points, before }) {
    const { scheme, x, point, move } = frame;
    if (calm.matches || !point) return this.settle(frame, { points });
    this.#draw(before, scheme, x);
    const [u, v] = this.#curve.place(point.x, this.#scaled(point.y));
    const at = (height) => ({ transform: `translate(${u}px, ${height}px)` });
    await this.#clock.run(this.#dot(point), [at(this.#curve.foot), at(v)], move);
  }

  #draw(points, playing, x) {
    this.#curve.clear();
    this.#curve.mark(x);
    for (const [scheme, { root, value }] of this.#lanes) {
      const waits = playing !== "" && playing !== scheme;
      const last = points.findLast((point) => point.scheme === scheme);
      root.toggleAttribute("data-waits", waits);
      root.toggleAttribute("data-playing", playing === scheme);
      setText(value, last ? this.#said(last) : "");
      this.#curve.line(scheme, lineOf(points, scheme).map(([at, y]) => [at, this.#scaled(y)])).toggleAttribute("data-waits", waits);
    }
    for (const point of points) this.#dot(point).toggleAttribute("data-waits", playing !== "" && playing !== point.scheme);
  }

  #dot = ({ scheme, x, y, good }) => this.#curve.dot(scheme, x, this.#scaled(y), good);

  #scaled = (y) => (y === null || this.#reel.scale === "distance" ? y : y / KB);

  #said({ y }) {
    if (y === null) return "✕";
    return this.#reel.scale === "distance" ? `${number(y, 2)} ms` : t("film.chart-bytes", { n: number(y) });
  }

  #axes() {
    const { points, schemes, scale } = this.#reel;
    const x = { ...axis(Math.max(...points.map((point) => point.x)), scale === "distance" ? "ms" : ""), name: t(`film.axis-${scale}`) };
    if (scale === "permissions") {
      const y = { most: 10, ticks: [0, 2, 4, 6, 8], unit: "KB", name: t("film.axis-bytes") };
      return { x, y, limits: [4, 8].map((kb) => ({ at: kb, label: `${kb} KB` })), strip: points.some((point) => point.y === null) ? t("film.chart-too-large") : "" };
    }
    const highest = Math.max(...schemes.flatMap((scheme) => lineOf(points, scheme).map(([, y]) => y)));
    return { x, y: { ...axis(Math.min(ABOVE * highest, Math.max(...points.map((point) => point.y))), "ms"), name: t("film.axis-time") } };
  }
}

/** An axis from 0 on, with round numbers at it. */
function axis(most, unit) {
  const power = 10 ** Math.floor(Math.log10(most / PARTS));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n * PARTS >= most * ENOUGH);
  return { most: Math.max(most, step), unit, ticks: Array.from({ length: 2 * PARTS + 1 }, (_, i) => i * step).filter((tick) => tick <= most) };
}
