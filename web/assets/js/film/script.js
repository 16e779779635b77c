// From a recording to the frames of a film: lane after lane, each in recorded order, and how long each frame takes.
//
// A frame is {at, beat, scheme, who, n, move, hold, isAgain}: which beat of the recording, whose lane, which client (client, or other
// for one with a copy), the how many-th page that is asked for in the lane, and the ms for moving and for looking at it. The
// last frame has no beat: all lanes stand side by side.

const NOVEL = [1700, 900]; // ms of a beat that is the first of its kind in its lane: to move, to look at
const SECOND = [700, 150];
const AGAIN = [210, 0];
const EVENT = [900, 800]; // something breaks, is mended, is copied
const END = [0, 1500];
const LANE = 12_000; // ms that a lane takes at the most, as far as its repeated beats can be hurried
const SHORTEST = 60;

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
  const { shows, whoOf } = castOf(beats, own);
  const shown = (beat, i) => (beat.scheme === scheme ? shows(beat, i) : isControl(beat) && matters(beats, i, own));
  const frames = [];
  const seen = new Map(); // what a beat is like → how many were like it
  let n = 0;
  for (let at = 0; at <= own.at(-1); at++) {
    const beat = beats[at];
    if (!shown(beat, at)) continue;
    if (beat.kind === "request" && beat.action === "page") n++;
    if (beat.kind === "more") n += beat.count;
    const like = likeness(beat);
    const times = seen.get(like) ?? 0;
    seen.set(like, times + 1);
    const isEvent = isControl(beat) || beat.kind === "copy";
    const [move, hold] = isEvent ? EVENT : [NOVEL, SECOND][times] ?? AGAIN;
    frames.push({ isAgain: !isEvent && times > 1, at, beat, scheme, who: beat.client ? whoOf(beat.client) : frames.at(-1)?.who ?? "client", n, move, hold });
  }
  if (frames.length === 0) return [];
  const end = frames.at(-1);
  [end.move, end.hold] = end.beat.kind === "request" ? NOVEL : EVENT; // the film of a lane ends slowly
  end.isAgain = false;
  hurry(frames, LANE);
  return frames;
}

/**
 * Who is to be seen. A copy is another client if the one that it was taken from goes on, like an owner who logs out; then
 * this theft is shown, and no other. Else copies are how an experiment sends requests side by side, and one client is shown.
 */
function castOf(beats, own) {
  const copies = own.filter((i) => beats[i].kind === "copy" && !beats[i].from_scheme);
  const from = new Map(copies.map((i) => [beats[i].client, beats[i].from]));
  const root = (client) => (from.has(client) ? root(from.get(client)) : client);
  const theft = copies.find((i) => own.some((k) => k > i && beats[k].kind === "request" && beats[k].client === beats[i].from));
  if (theft === undefined) return { shows: ({ kind }) => kind !== "copy", whoOf: () => "client" };
  const owner = root(beats[theft].from);
  return {
    shows: ({ kind, client }, i) => (kind === "copy" ? i === theft : !client || root(client) === owner),
    whoOf: (client) => (from.has(client) ? "other" : "client"),
  };
}

/**
 * Whether a control changed something for a lane: there are beats of it before and after, or while something was broken.
 * What comes after its last beat is not shown at all: a film ends on what happened to its lane.
 */
function matters(beats, i, own) {
  const { kind, fault } = beats[i];
  const between = (from, to) => own.some((at) => at > from && at < to);
  if (kind === "break") {
    const ended = beats.findIndex((other, k) => k > i && other.fault === fault); // mended, or broken otherwise
    return between(i, ended < 0 ? Infinity : ended);
  }
  if (kind === "mend") return between(beats.slice(0, i).findLastIndex((other) => other.fault === fault), i);
  return between(-1, i) && (kind !== "roles" || own.some((at) => at < i && beats[at].client === beats[i].user));
}

/** Two beats are alike if the same was asked and the same came of it, at whichever replica. */
function likeness({ kind, action, path, client, service, status, lookups = [], fault }) {
  return JSON.stringify([kind, action, path, client, service, status, fault, ...lookups.map(({ where, result }) => [where, result])]);
}

/** How many ms some frames take. */
export const lengthOf = (frames) => frames.reduce((sum, { move, hold }) => sum + move + hold, 0);

/** Shortens what is shown again, so that a lane takes no longer than most ms, as far as that goes. */
export function hurry(frames, most) {
  const again = frames.filter(({ isAgain }) => isAgain);
  const part = 1 - (lengthOf(frames) - most) / lengthOf(again);
  if (part >= 1 || again.length === 0) return;
  for (const frame of again) [frame.move, frame.hold] = [frame.move && Math.max(SHORTEST, frame.move * part), frame.hold * part];
}
