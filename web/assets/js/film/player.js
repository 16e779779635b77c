// The player of a film: plays the frames of a reel, one after the other, on a stage.
//
// The stage tells what it shows: data-film (playing, paused, ended), data-frame, data-beat (its index in the recording),
// data-kind, data-lane (the scheme), data-moving while something moves.

import { number, t } from "../lang.js";
import { pageKeys } from "../shell/keys.js";
import { verdictOf } from "../verdict.js";
import { captionOf } from "./caption.js";
import { chartCaptionOf } from "./chart-caption.js";
import { ChartReel, scaleOf } from "./chart-reel.js";
import { ChartScene } from "./chart-scene.js";
import { initialOf, STREAMS } from "./client-view.js";
import { Clock } from "./clock.js";
import { Controls, nextRate } from "./controls.js";
import { Legend } from "./legend.js";
import { Reel } from "./reel.js";
import { Scene } from "./scene.js";
import { lengthOf } from "./script.js";

const HEARD = 600; // ms: a frame that is shorter is not read aloud, and is said when it is told
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const MARKS = ["film", "frame", "beat", "kind", "lane", "moving", "advanced", "homeCut", "away"];

/** Plays recordings on a stage, with its controls and captions in a place of the page. */
export class Player {
  #clock = new Clock();
  #reel = null;
  #scene = null;
  #controls = null;
  #legend = new Legend();
  #at = -1; // the frame that is shown
  #told = -1; // the frame that was told to its end
  #listens = false;
  #run = 0; // which run of the loop is the last: an older one ends by itself
  #ended = () => {};

  constructor(place, stage) {
    this.place = place;
    this.stage = stage;
    stage.querySelector(".stage-floor").after(this.#legend.root);
  }

  /** As Film.play. */
  async play(recording, schemes) {
    if (!this.#open(recording, schemes)) return false;
    return new Promise((ended) => {
      this.#ended = ended;
      this.#play();
    });
  }

  /** As Film.showRequest. */
  showRequest(recording, scheme, status, leave) {
    if (!this.#open(recording, [scheme], leave)) return false;
    const at = this.#reel.find(status);
    if (at < 0) this.close();
    else this.#settle(at);
    return at >= 0;
  }

  /** As Film.still. */
  still(recording, schemes) {
    if (!this.#open(recording, schemes)) return false;
    this.#settle(this.#reel.frames.length - 1);
    this.stage.dataset.film = "still";
    this.#legend.show("still", [{ symbol: "❚❚", text: t("film.still") }]);
    this.#closeControls();
    return true;
  }

  /** As Film.explain. */
  explain(signs) {
    this.#legend.show("result", signs);
  }

  /** Ends it, and gives the stage back to the lab. */
  close() {
    if (!this.#reel) return;
    this.#stop();
    this.#scene.close();
    this.#closeControls();
    this.#reel = this.#scene = null;
    for (const group of ["still", "film"]) this.#legend.show(group, []);
    for (const mark of MARKS) delete this.stage.dataset[mark];
    this.#end(false);
  }

  #closeControls() {
    this.#controls?.close();
    this.#controls = null;
  }

  #open(recording, schemes, leave) {
    this.close();
    if (!recording?.beats?.length) return false;
    const reel = new (scaleOf(recording) ? ChartReel : Reel)(recording, schemes);
    if (reel.frames.length === 0) return false;
    this.#reel = reel;
    this.#at = -1;
    this.#controls = new Controls(this.place, {
      toggle: () => this.toggle(), step: () => this.step(), back: () => this.back(), skip: () => this.skip(), rate: (rate) => this.#setRate(rate), leave,
    });
    this.#listen();
    this.#controls.focus();
    this.stage.dataset.film = "paused"; // its layout is that of a film from here on, also where it is measured
    this.#scene = reel.scale ? new ChartScene(this.stage, this.#clock, reel) : new Scene(this.stage, this.#clock, reel.cast);
    this.#legend.show("film", signsOf(reel));
    return true;
  }

  /** Plays on, or pauses; at the end it begins again. False if there is nothing to play. */
  toggle() {
    if (!this.#controls) return false;
    if (this.stage.dataset.film === "playing") {
      this.#clock.hold();
      this.#mark("paused");
    } else if (this.#moving) {
      this.#clock.go();
      this.#mark("playing");
    } else {
      if (this.#isLast) this.#at = -1;
      this.#play();
    }
  }

  /** Plays one frame, and pauses. While one is being played, shows its end. */
  async step() {
    if (!this.#controls) return;
    const moving = this.#moving;
    this.#stop();
    if (moving) return this.#settle(this.#at);
    if (this.#isLast) return;
    this.#mark("playing");
    if (await this.#act(this.#at + 1, this.#run)) this.#settle(this.#at);
  }

  back() {
    if (!this.#controls) return;
    this.#stop();
    this.#settle(Math.max(0, this.#at - 1));
  }

  /** Shows the end at once. */
  skip() {
    if (!this.#controls) return;
    this.#stop();
    this.#end(false);
    this.#settle(this.#reel.frames.length - 1);
  }

  async #play() {
    const run = ++this.#run;
    this.#mark("playing");
    while (!this.#isLast) {
      if (!(await this.#act(this.#at + 1, run))) return;
    }
    this.#settle(this.#at);
  }

  /** Plays a frame. False if it was stopped. */
  async #act(at, run) {
    const [frame, moment, sentences] = this.#show(at);
    const [first, rest] = sentences;
    const isLong = frame.move + frame.hold >= HEARD;
    const tell = (heard) => this.#tell(at, sentences, isLong ? heard : []);
    this.#told = -1;
    if (rest === undefined || calm.matches) tell(sentences);
    else if (isLong) this.#controls.say(frame.beat, [first], { heard: [first], isTold: false });
    this.stage.dataset.moving = "";
    try {
      await this.#scene.act(frame, moment, () => tell([rest]));
      this.#scene.settle(frame, moment);
      tell([rest]);
      await this.#clock.wait(frame.hold);
    } catch (stopped) {
      if (stopped.name !== "AbortError") throw stopped;
    }
    if (run !== this.#run) return false;
    delete this.stage.dataset.moving;
    return true;
  }

  #settle(at) {
    const [frame, moment, sentences] = this.#show(at);
    this.#tell(at, sentences, sentences);
    this.#scene.settle(frame, moment);
    this.#mark(this.#isLast ? "ended" : "paused");
    if (this.#isLast) this.#end(true);
  }

  #show(at) {
    this.#at = at;
    const frame = this.#reel.frames[at];
    const moment = this.#reel.moment(at);
    const { beat, scheme } = frame;
    const sentences = this.#reel.scale ? chartCaptionOf(frame, moment, this.#reel) : this.#captionOf(frame, moment);
    const { frames } = this.#reel;
    this.#controls.show({ i: at, all: frames.length, gone: lengthOf(frames.slice(0, at + 1)), whole: lengthOf(frames), scheme });
    Object.assign(this.stage.dataset, { frame: at, beat: beat ? frame.at : "", kind: beat?.kind ?? "end", lane: scheme });
    return [frame, moment, sentences];
  }

  /** Tells what became of a frame, once; heard: which of the sentences a screen reader reads. */
  #tell(at, sentences, heard) {
    if (this.#told === at) return;
    this.#told = at;
    this.#controls.say(this.#reel.frames[at].beat, sentences, { heard, isTold: true });
  }

  #captionOf(frame, moment) {
    const { beat } = frame;
    const tally = this.#reel.tallies.filter(({ all }) => all > 0).map((one) => t("film.tally-of", { ...one, good: number(one.good), all: number(one.all) })).join(" · ");
    return captionOf(frame, { isOther: moment.who === "other", kept: this.#reel.isKept, copy: beat?.kind === "copy" && moment.after.clients.get(beat.client)?.held, tally });
  }

  #stop() {
    this.#run++;
    this.#clock.stop();
    delete this.stage.dataset.moving;
  }

  #end(seen) {
    this.#ended(seen);
    this.#ended = () => {};
  }

  #mark(state) {
    this.stage.dataset.film = state;
    this.#controls.mark(state, this.#clock.rate);
  }

  #setRate(rate) {
    this.#clock.rate = rate;
    if (this.#controls) this.#mark(this.stage.dataset.film);
  }

  get #moving() {
    return this.stage.dataset.moving !== undefined;
  }

  get #isLast() {
    return this.#at >= this.#reel.frames.length - 1;
  }

  #listen() {
    const keys = pageKeys();
    if (!keys || this.#listens) return;
    this.#listens = true;
    keys.on(" ", "film.key-toggle", () => this.toggle());
    keys.on(".", "film.step", () => this.step());
    keys.on(",", "film.back", () => this.back());
    keys.on("-", "film.key-slower", () => this.#setRate(nextRate(this.#clock.rate, -1)));
    keys.on("+", "film.key-faster", () => this.#setRate(nextRate(this.#clock.rate, 1)));
    keys.on("s", "film.skip", () => this.skip());
  }
}

/** The signs of the answers in a film, and who gave them. */
function signsOf({ statuses = [], streams = [], hasReplicas, services = [] }) {
  const answers = statuses.map((status) => {
    const { tone, symbol, words } = verdictOf(status);
    return { symbol, tone, text: `${status || ""} ${words}` };
  });
  for (const stream of streams) answers.push({ ...STREAMS[stream], text: t(`film.legend-stream-${stream}`) });
  if (hasReplicas) answers.push({ symbol: "1 2 3", text: t("film.legend-replica") });
  for (const service of services) answers.push({ symbol: initialOf(service), text: service });
  return answers;
}
