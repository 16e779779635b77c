// A recording cut for some schemes: its frames, and what is to be seen at each of them. It knows no page.

import { scriptOf } from "./script.js";
import { stateAt } from "./state.js";

export const streamOf = ({ open }) => (open ? "open" : "ended");
export const isGood = ({ status }) => status >= 200 && status < 300;

export class Reel {
  frames;
  schemes;
  #recording;
  #unseen = new Set(); // IDs that were given to clients that are not to be seen

  constructor(recording, schemes) {
    this.#recording = recording;
    this.frames = scriptOf(recording, schemes);
    this.schemes = schemes.filter((scheme) => this.frames.some((frame) => frame.scheme === scheme));
    const shown = new Set(this.frames.map(({ at }) => at));
    recording.beats.forEach(({ scheme, given }, at) => given?.id && this.schemes.includes(scheme) && !shown.has(at) && this.#unseen.add(given.id));
  }

  /**
   * Who and what takes part. client and second: scheme → how many answers each of them will get; other: whether
   * there is a second one, with a copy; kept: that is what the first has set aside.
   */
  get cast() {
    const beats = this.frames.map(({ beat }) => beat).filter(Boolean);
    const last = this.#lanes(this.frames.length - 1);
    const expected = (lanes) => new Map(this.schemes.map((scheme) => [scheme, lanes.get(scheme).answers.length]));
    return {
      client: expected(last.client), second: expected(last.other),
      other: this.frames.some(({ who }) => who === "other"), kept: this.isKept,
      service: beats.some(({ service }) => service),
      users: this.schemes.includes("basic"), // which asks for the password at every page
    };
  }

  get isKept() {
    return this.frames.some(({ beat }) => beat?.kept);
  }

  /** The statuses of all answers that stay to be seen, each once, from 200 on. */
  get statuses() {
    return [...new Set(this.#pages.map(({ status }) => status))].sort((a, b) => a - b);
  }

  get hasReplicas() {
    return this.#pages.some(({ service, replica }) => replica && !service);
  }

  /** What becomes of streams: open, ended. */
  get streams() {
    return [...new Set(this.frames.flatMap(({ beat }) => (beat?.kind === "stream" ? streamOf(beat) : [])))];
  }

  /** The names of the other services that answer. */
  get services() {
    return [...new Set(this.#pages.flatMap(({ service }) => service || []))];
  }

  get #pages() {
    return this.frames.map(({ beat }) => beat).filter((beat) => beat?.kind === "request" && beat.action === "page");
  }

  /** What is to be seen at a frame: the state before and after it, and what the clients hold and have been answered. */
  moment(i) {
    const { at, who } = this.frames[i];
    const scheme = this.frames[i].scheme || this.frames[i - 1].scheme;
    return {
      before: this.#stateAt(scheme, at - 1), after: this.#stateAt(scheme, at), who,
      lanes: this.#lanes(i), lanesBefore: this.#lanes(i - 1),
    };
  }

  /** scheme → how many answers were good, of how many. */
  get tallies() {
    const { client, other } = this.#lanes(this.frames.length - 1);
    return this.schemes.map((scheme) => {
      const answers = [...client.get(scheme).answers, ...other.get(scheme).answers];
      return { scheme, good: answers.filter(isGood).length, all: answers.filter(({ kind }) => kind === "request").length };
    });
  }

  /** The first frame in which a page was answered so, or -1. */
  find(status) {
    return this.frames.findIndex(({ beat }) => beat?.kind === "request" && beat.action !== "login" && beat.status === status);
  }

  /** The state after a beat, without what belongs to clients that are not to be seen. */
  #stateAt(scheme, at) {
    const state = stateAt(this.#recording, scheme, at);
    for (const place of [...state.replicas, state.redis]) place.cards = place.cards.filter(({ id }) => !this.#unseen.has(id));
    state.redis.denied = state.redis.denied.filter((id) => !this.#unseen.has(id));
    return state;
  }

  #lanes(upTo) {
    const lanes = { client: new Map(), other: new Map() };
    for (const scheme of this.schemes) {
      const frames = this.frames.slice(0, upTo + 1).filter((frame) => frame.scheme === scheme);
      const state = frames.length > 0 ? this.#stateAt(scheme, frames.at(-1).at) : null;
      for (const who of ["client", "other"]) {
        const mine = frames.filter((frame) => frame.who === who).map(({ beat }) => beat);
        const name = mine.findLast(({ client }) => client)?.client;
        lanes[who].set(scheme, {
          held: state?.clients.get(name)?.held ?? null, client: frames.at(-1)?.isOneOfMany && who === "client" ? name : "",
          answers: mine.filter(({ kind, action }) => (kind === "request" && action === "page") || kind === "more" || kind === "stream"),
        });
      }
    }
    return lanes;
  }
}
