// From a recording to the frames of a film: lane after lane, each in recorded order, and how long each frame takes.
//
// A frame is {at, beat, scheme, n, move, hold}: which beat of the recording, whose lane, the how many-th page that is asked
// for in the lane, and the ms for moving and for looking at it. The last frame has no beat: all lanes stand side by side.

const NOVEL = [1700, 900]; // ms of a beat that is the first of its kind in its lane: to move, to look at
const SECOND = [700, 150];
const AGAIN = [210, 0];
const EVENT = [900, 800]; // something breaks, is mended, is copied
const END = [0, 1500];
const LANE = 12_000; // ms that a lane takes at the most, as far as its repeated beats can be hurried
const SHORTEST = 80;

/** The frames of some schemes, in this order. */
export function scriptOf({ beats }, schemes) {
  const frames = schemes.flatMap((scheme) => lane(beats, scheme));
  if (frames.length > 0) frames.push({ at: frames.at(-1).at, scheme: "", move: END[0], hold: END[1] });
  return frames;
}

export const isControl = ({ scheme, kind }) => !scheme && kind !== "request" && kind !== "more";

function lane(beats, scheme) {
  const own = beats.flatMap((beat, i) => (beat.scheme === scheme ? [i] : []));
  if (own.length === 0) return [];
  let [first, last] = [own[0], own.at(-1)];
  while (first > 0 && isControl(beats[first - 1]) && beats[first - 1].kind !== "reset") first--;
  while (last < beats.length - 1 && isControl(beats[last + 1]) && beats[last + 1].kind !== "reset") last++;
  const shown = (beat, i) => beat.scheme === scheme || (isControl(beat) && matters(beats, i, own));
  const frames = [];
  const seen = new Map(); // what a beat is like → how many were like it
  let n = 0;
  for (let at = first; at <= last; at++) {
    const beat = beats[at];
    if (!shown(beat, at)) continue;
    if (beat.kind === "request" && beat.action === "page") n++;
    const like = likeness(beat);
    const times = seen.get(like) ?? 0;
    seen.set(like, times + 1);
    const [move, hold] = isControl(beat) || beat.kind === "copy" ? EVENT : [NOVEL, SECOND][times] ?? AGAIN;
    frames.push({ at, beat, scheme, n, move, hold });
  }
  const end = frames.at(-1);
  [end.move, end.hold] = end.beat.kind === "request" ? NOVEL : EVENT; // the film of a lane ends slowly
  hurry(frames);
  return frames;
}

/** What was broken and mended again between two requests of a lane has changed nothing for it, and is left out. */
function matters(beats, i, own) {
  const { kind, fault } = beats[i];
  const between = (from, to) => own.some((at) => at > from && at < to);
  const partner = (other) => other.fault === fault && other.kind === (kind === "break" ? "mend" : "break");
  if (kind === "break") {
    const mended = beats.findIndex((other, k) => k > i && partner(other));
    return between(i, mended < 0 ? Infinity : mended);
  }
  if (kind === "mend") {
    const broken = beats.slice(0, i).findLastIndex(partner);
    return broken >= 0 && between(broken, i);
  }
  return kind !== "reset" || between(-1, i);
}

/** Two beats are alike if the same was asked and the same came of it, at whichever replica. */
function likeness({ kind, action, path, client, service, status, lookups = [], fault }) {
  return JSON.stringify([kind, action, path, client, service, status, fault, ...lookups.map(({ where, result }) => [where, result])]);
}

function hurry(frames) {
  const length = frames.reduce((sum, { move, hold }) => sum + move + hold, 0);
  const again = frames.filter(({ move }) => move === AGAIN[0]);
  const left = AGAIN[0] * again.length - (length - LANE);
  if (length <= LANE || again.length === 0) return;
  for (const frame of again) frame.move = Math.max(SHORTEST, left / again.length);
}
