// A recording as a curve: what was measured at several places of a scale, lane after lane, each point in recorded order.
// It knows no page.
//
// A frame is as in script.js, with x, the place on the scale, and its point {scheme, x, y, good}, if the beat gives one. y is
// null where nothing could be measured: the login was refused, or the client had dropped what it got.

import { isGood } from "./reel.js";
import { hurry } from "./script.js";

const SLOW = [600, 600]; // ms to move, to look at
const QUICK = [150, 20];
const STEP = [0, 700]; // the scale moves on
const STEP_AGAIN = [0, 100];
const END = [0, 1500];
const FIRST = { permissions: 4, distance: 1 }; // so many good points of a kind are shown slowly, and one that is not
const LANE = 9000; // ms that a lane takes: the lines are compared, so the first must not be long ago
const MS = 1000;

/** What a recording measures against: permissions, distance (of Redis), or "" if it is no curve. */
export function scaleOf({ beats = [] }) {
  const places = (of) => new Set(beats.map(of).filter(Boolean)).size;
  if (places(({ kind, count }) => kind === "roles" && count) > 3) return "permissions";
  return places(({ kind, fault, seconds }) => kind === "break" && fault === "redis-slow" && seconds) > 1 ? "distance" : "";
}

export class ChartReel {
  frames;
  schemes;
  scale;

  constructor(recording, schemes) {
    this.scale = scaleOf(recording);
    this.frames = schemes.flatMap((scheme) => lane(recording.beats, scheme, this.scale));
    this.schemes = schemes.filter((scheme) => this.frames.some((frame) => frame.scheme === scheme));
    if (this.frames.length > 0) this.frames.push({ at: this.frames.at(-1).at, scheme: "", move: END[0], hold: END[1] });
  }

  get points() {
    return this.#upTo(this.frames.length - 1);
  }

  /** What is drawn at a frame: all points so far, and those before it. */
  moment(i) {
    return { points: this.#upTo(i), before: this.#upTo(i - 1) };
  }

  /** The first frame with a point that was answered so, or -1. */
  find(status) {
    return this.frames.findIndex(({ point, beat }) => point && beat.status === status);
  }

  #upTo = (i) => this.frames.slice(0, i + 1).flatMap(({ point }) => point ?? []);
}

/** The curve of a lane: the median of its points at each place, from left to right. */
export function lineOf(points, scheme) {
  const own = points.filter((point) => point.scheme === scheme && point.good && point.y !== null);
  const places = [...new Set(own.map(({ x }) => x))].sort((a, b) => a - b);
  return places.map((place) => [place, median(own.filter(({ x }) => x === place).map(({ y }) => y))]);
}

function median(values) {
  values.sort((a, b) => a - b);
  return (values[Math.floor((values.length - 1) / 2)] + values[Math.ceil((values.length - 1) / 2)]) / 2;
}

function lane(beats, scheme, scale) {
  const end = beats.findLastIndex((beat) => beat.scheme === scheme && beat.kind === "request");
  const frames = [];
  const seen = new Map();
  let [x, n] = [0, 0];
  for (let at = 0; at <= end; at++) {
    const beat = beats[at];
    const isStep = scale === "distance" && beat.fault === "redis-slow";
    if (isStep) x = beat.kind === "break" ? beat.seconds * MS : 0;
    if (scale === "permissions" && beat.kind === "roles") x = beat.count;
    if (beat.scheme === scheme && beat.action === "page") n++;
    if (beat.scheme === scheme && beat.kind === "more") n += beat.count;
    const point = beat.scheme === scheme ? pointOf(beat, scale, x) : null;
    if (!isStep && !point) continue;
    const like = isStep ? `step ${x}` : scale === "distance" ? x : beat.status;
    const times = seen.get(like) ?? 0;
    seen.set(like, times + 1);
    const isAgain = times >= (isStep || !point.good ? 1 : FIRST[scale]);
    const [move, hold] = isStep ? (isAgain ? STEP_AGAIN : STEP) : isAgain ? QUICK : SLOW;
    frames.push({ isAgain, at, beat, scheme, who: "client", n, x, point, move, hold });
  }
  const last = frames.at(-1);
  if (last) Object.assign(last, { move: SLOW[0], hold: SLOW[1], isAgain: false });
  hurry(frames, LANE);
  return frames;
}

function pointOf(beat, scale, x) {
  const { kind, action, scheme, credential } = beat;
  const good = isGood(beat);
  if (kind !== "request" || (action !== "page" && (scale === "distance" || good))) return null;
  const y = scale === "distance" ? beat.duration_ms ?? null : action === "page" ? credential?.bytes ?? null : null;
  return { scheme, x, y, good };
}
