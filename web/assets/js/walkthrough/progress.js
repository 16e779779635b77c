// What the reader has predicted and what the lab has measured for them. It is kept in the browser and goes nowhere.

import { event } from "../model/events.js";
import { recall, remember } from "../shell/shell.js";
import { CHAPTERS } from "./chapters.js";

const KEPT = "authlab.walkthrough.4";

export const RESULT_MEASURED = "result:measured"; // {name, result}

/** What a reader who runs without a prediction has said. */
export const UNSURE = "unsure";

export class Progress extends EventTarget {
  #predictions; // chapter → scheme → choice
  #locked; // chapter → true, as soon as its experiment runs
  #seen; // chapter → {scheme, right}: whether the reader saw right what happened to it
  #results; // experiment → result of the last run, without its recording
  #recordings = new Map(); // experiment → recording; they are large, and a reload forgets them

  constructor() {
    super();
    const kept = parsed(recall(KEPT));
    this.#predictions = kept.predictions ?? {};
    this.#locked = kept.locked ?? {};
    this.#seen = kept.seen ?? {};
    this.#results = kept.results ?? {};
  }

  /** Whether the reader has neither predicted nor run anything yet. */
  get isEmpty() {
    return [this.#predictions, this.#locked, this.#results].every((kept) => Object.keys(kept).length === 0);
  }

  predict(chapter, scheme, choice) {
    if (this.isLocked(chapter)) return;
    this.#predictions[chapter.id] = { ...this.#predictions[chapter.id], [scheme]: choice };
    this.#keep();
  }

  predictionOf = (chapter, scheme) => this.#predictions[chapter.id]?.[scheme] ?? "";

  /** Whether the reader has predicted for every scheme that the chapter asks about. */
  isPredicted = (chapter) => chapter.asks.every((scheme) => this.predictionOf(chapter, scheme));

  isLocked = (chapter) => Boolean(this.#locked[chapter.id]);

  /** From now on the prediction counts, and stays as it is. What was left open counts as not known. */
  lock(chapter) {
    for (const scheme of chapter.asks) if (!this.predictionOf(chapter, scheme)) this.predict(chapter, scheme, UNSURE);
    this.#locked[chapter.id] = true;
    this.#keep();
  }

  /** A run that failed has answered nothing: the prediction is open again. */
  unlock(chapter) {
    delete this.#locked[chapter.id];
    for (const scheme of chapter.asks) if (this.predictionOf(chapter, scheme) === UNSURE) delete this.#predictions[chapter.id][scheme];
    this.#keep();
  }

  saw(chapter, seen) {
    this.#seen[chapter.id] ??= seen; // a second look does not count
    this.#keep();
  }

  seenIn = (chapter) => this.#seen[chapter.id];

  measured(name, { recording, ...result }) {
    this.#results[name] = result;
    if (recording) this.#recordings.set(name, recording);
    this.#keep();
    this.dispatchEvent(event(RESULT_MEASURED, { name, result }));
  }

  resultOf = (name) => this.#results[name] ?? null;

  recordingOf = (name) => this.#recordings.get(name) ?? null;

  /** Whether the reader has had the answer of a chapter. */
  isDone = (chapter) => Boolean(chapter.experiment && this.isLocked(chapter) && this.isMeasured(chapter));

  /** How many predictions of a chapter came true, of how many: {right, of}. Only what was locked counts. */
  scoreOf(chapter) {
    const score = { right: 0, of: 0 };
    if (!this.isDone(chapter)) return score;
    for (const scheme of chapter.asks) {
      const said = this.predictionOf(chapter, scheme);
      const cell = this.cellOf(chapter, scheme);
      if (!said || said === UNSURE || !cell?.outcome) continue;
      score.of += 1;
      if (said === keyOf(cell.outcome)) score.right += 1;
    }
    return score;
  }

  /** Whether anything was measured of what a chapter asks about. */
  isMeasured = (chapter) => chapter.asks.some((scheme) => this.cellOf(chapter, scheme)?.outcome);

  cellOf = (chapter, scheme) => this.resultOf(chapter.experiment)?.cells.find((cell) => cell.scheme === scheme);

  get score() {
    const scores = CHAPTERS.map((chapter) => this.scoreOf(chapter));
    return { right: sum(scores, "right"), of: sum(scores, "of") };
  }

  /** How often the reader saw right what happened, of how often they were asked. */
  get seen() {
    const all = Object.values(this.#seen);
    return { right: all.filter(({ right }) => right).length, of: all.length };
  }

  /** Forgets what was predicted and measured. */
  clear() {
    this.#predictions = {};
    this.#locked = {};
    this.#seen = {};
    this.#results = {};
    this.#recordings.clear();
    this.#keep();
  }

  #keep() {
    remember(KEPT, JSON.stringify({ predictions: this.#predictions, locked: this.#locked, seen: this.#seen, results: this.#results }));
  }
}

/** An outcome as a text that is the same for the same outcome. */
export const keyOf = (outcome) => JSON.stringify(outcome ?? null);

const sum = (scores, name) => scores.reduce((total, score) => total + score[name], 0);

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
