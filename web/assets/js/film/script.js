// From a recording to the frames of a film: lane after lane, each in recorded order, and how long each frame takes.
//
// A frame is {at, beat, scheme, who, isCopy, n, isOneOfMany, move, hold, isAgain, isKnown}: which beat of the recording, whose lane, which client
// (client, or other for one with a copy), n: the number of the page among those that this client asks for in the lane, whether several clients take turns there,
// the ms for moving and for looking at it, and whether the lane, or one before, had a beat like it. The last frame has no beat: all
// lanes stand side by side.

const NOVEL = [1700, 900]; // ms of a beat that is the first of its kind in its lane: to move, to look at
const SECOND = [700, 150];
const AGAIN = [210, 0];
const EVENT = [900, 800]; // something breaks, is mended, is copied
const END = [0, 1500];
const LANE = { least: 6000, most: 12_000 }; // ms that a lane takes
const SHORTEST = 60;
const LEAST_ADVANCE = 0.5; // seconds: a clock shows no less
const READ = { new: 1300, known: 800 }; // ms in which the caption of a beat can be read; known: a lane before had one like it

/** The frames of some schemes, in this order. */
export function scriptOf({ beats }, schemes) {
  const known = new Set(); // what beats of the lanes so far were like
  const frames = schemes.flatMap((scheme) => lane(beats, scheme, known));
  if (frames.length > 0) frames.push({ at: frames.at(-1).at, scheme: "", move: END[0], hold: END[1] });
  return frames;
}

export const isControl = ({ scheme, kind }) => !scheme && kind !== "request" && kind !== "more";

function lane(beats, scheme, known) {
  const own = beats.flatMap((beat, i) => (beat.scheme === scheme ? [i] : []));
  if (own.length === 0) return [];
  const { shows, isCopy, whoOf } = castOf(beats, own);
  const shown = (beat, i) => (beat.scheme === scheme ? shows(beat, i) : isControl(beat) && matters(beats, i, own));
  const frames = [];
  const asked = { client: 0, other: 0 }; // pages, by each of them
  const last = own.findLast((at) => shows(beats[at], at)) ?? -1;
  for (let at = 0; at <= last; at++) {
    const beat = beats[at];
    if (!shown(beat, at)) continue;
    const before = frames.at(-1);
    const who = beat.client ? whoOf(beat.client) : before?.who ?? "client";
    if (beat.kind === "request" && beat.action === "page") asked[who]++;
    if (beat.kind === "more") asked[who] += beat.count;
    const seconds = beat.kind === "advance" && before?.beat.kind === "advance" ? frames.pop().beat.seconds + beat.seconds : beat.seconds;
    frames.push({ at, beat: { ...beat, seconds }, scheme, who, isCopy: isCopy(beat.client), n: asked[who] });
  }
  const isOneOfMany = new Set(frames.flatMap(({ who, beat }) => (who === "client" && beat.client ? beat.client : []))).size > 1;
  for (const frame of frames) frame.isOneOfMany = isOneOfMany;
  pace(frames, known);
  return frames;
}

/** Says how long each frame of a lane takes: what is new slowly, what is repeated quickly, and the end slowly again. */
function pace(frames, known) {
  const seen = new Map(); // what a beat is like → how many were like it
  let since = ""; // what happened last that may change the answers
  for (const frame of frames) {
    const { beat, who } = frame;
    const isEvent = !["request", "more"].includes(beat.kind);
    const like = likeness(beat, who);
    const whole = [like, since, beat.path, ...foundBy(beat)].join(" ");
    const plot = `${like} ${since}`;
    const times = seen.get(whole) ?? 0;
    seen.set(whole, times + 1);
    const isFirst = times === 0 && beat.kind !== "more";
    const [move, hold] = isFirst ? (isEvent ? EVENT : NOVEL) : times < 2 ? SECOND : AGAIN;
    Object.assign(frame, { isAgain: !isFirst, isKnown: known.has(plot), move, hold });
    if (isEvent || beat.action === "logout") since = like;
    frame.plot = plot;
  }
  const end = frames.at(-1);
  if (end) [end.move, end.hold] = end.beat.kind === "request" ? NOVEL : EVENT;
  hurry(frames, LANE.most);
  const short = LANE.least - lengthOf(frames);
  if (short > 0) for (const frame of frames) frame.hold += short / frames.length;
  for (const { plot } of frames) known.add(plot);
}

/**
 * Who is to be seen. A copy is another client if it is the only one, or if the one that it was taken from goes on, like an owner
 * who logs out, or if it is kept; then of several thefts one is shown, until the replicas are set to work otherwise. Else copies are how an
 * experiment sends requests side by side, and one client is shown. Another client is also one who does nothing but tricks.
 */
function castOf(beats, own) {
  const copies = own.filter((i) => beats[i].kind === "copy" && !beats[i].from_scheme);
  const from = new Map(copies.map((i) => [beats[i].client, beats[i].from]));
  const root = (client) => (from.has(client) ? root(from.get(client)) : client);
  const requestsOf = (client) => own.filter((i) => beats[i].kind === "request" && beats[i].client === client);
  const thefts = copies.filter((i) => copies.length === 1 || beats[i].kept || requestsOf(beats[i].from).some((k) => k > i));
  const takeOf = (i) => beats.slice(0, i).filter(({ kind }) => kind === "settings").length;
  const shown = thefts.filter((i, n) => n === 0 || beats[i].kept || takeOf(i) > takeOf(thefts[n - 1]));
  const ownersOf = (some) => some.map((i) => root(beats[i].from));
  const unseen = ownersOf(thefts).filter((owner) => !ownersOf(shown).includes(owner));
  const isTrickster = (client) => requestsOf(client).every((i) => beats[i].trick);
  return {
    shows: ({ kind, client }, i) => (kind === "copy" ? shown.includes(i) : !client || !unseen.includes(root(client))),
    isCopy: (client) => thefts.length > 0 && from.has(client),
    whoOf: (client) => ((thefts.length > 0 && from.has(client)) || isTrickster(client) ? "other" : "client"),
  };
}

/**
 * Whether a control changed something for a lane: there are beats of it before and after, or while something was broken.
 * What comes after its last beat is not shown at all: a film ends on what happened to its lane.
 */
function matters(beats, i, own) {
  const { kind, fault, seconds = 0 } = beats[i];
  if (kind === "advance" && seconds < LEAST_ADVANCE) return false;
  const between = (from, to) => own.some((at) => at > from && at < to);
  if (kind === "break") {
    const ended = beats.findIndex((other, k) => k > i && other.fault === fault); // mended, or broken otherwise
    return between(i, ended < 0 ? Infinity : ended);
  }
  if (kind === "mend") return between(beats.slice(0, i).findLastIndex((other) => other.fault === fault), i);
  if (kind === "settings") return between(i, beats.findIndex((other, k) => k > i && other.kind === kind) + 1 || Infinity);
  return between(-1, i) && (kind !== "roles" || areNew(beats, i, own));
}

/** Whether roles are other than before, and of a user who is in the lane already. */
function areNew(beats, i, own) {
  const { user, roles, count } = beats[i];
  const before = beats.slice(0, i).findLast((beat) => beat.kind === "roles" && beat.user === user);
  return own.some((at) => at < i && beats[at].client === user) && (before?.count !== count || String(before.roles) !== String(roles));
}

/** Two beats are alike if the same was asked and the same came of it, at whichever replica, also in another lane. */
const likeness = ({ kind, action, service, status, open, fault = "" }, who) => [kind, action, who, service, status, open, fault.split(":")[0]].join();

const foundBy = ({ action, lookups = [] }) => (action === "page" ? lookups.filter(({ result }) => result).map(({ where, result }) => `${where} ${result}`) : []);

/** How many ms some frames take. */
export const lengthOf = (frames) => frames.reduce((sum, { move, hold }) => sum + move + hold, 0);

/** Shortens what is shown again, then what a lane before has shown, then the rest but for the end, until a lane takes no longer than most ms. */
export function hurry(frames, most) {
  const parts = [[], [], []];
  for (const frame of frames.slice(0, -1)) parts[frame.isAgain ? 0 : frame.isKnown ? 1 : 2].push(frame);
  for (const [i, least] of [SHORTEST, READ.known, READ.new].entries()) shorten(parts[i], lengthOf(frames) - most, least);
}

function shorten(frames, by, least) {
  const part = Math.max(0, 1 - by / lengthOf(frames));
  if (by <= 0) return;
  for (const frame of frames) {
    const now = lengthOf([frame]);
    const to = Math.max(Math.min(now, least), now * part) / now;
    [frame.move, frame.hold] = [frame.move * to, frame.hold * to];
  }
}
