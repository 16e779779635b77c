// What the reader has predicted and what the lab has measured for them. It is kept in the browser and goes nowhere.

import { event } from "../model/events.js";
import { recall, remember } from "../shell/shell.js";
import { CHAPTERS } from "./chapters.js";

const KEPT = "authlab.walkthrough.3";

export const PREDICTION_MADE = "prediction:made"; // {chapter}
export const RESULT_MEASURED = "result:measured"; // {name, result}

export class Progress extends EventTarget {
  #predictions; // chapter → scheme → choice
  #results; // experiment → result of the last run

  constructor() {
    super();
    const kept = parsed(recall(KEPT));
    this.#predictions = kept.predictions ?? {};
    this.#results = kept.results ?? {};
  }

  predict(chapter, scheme, choice) {
    this.#predictions[chapter.id] = { ...this.#predictions[chapter.id], [scheme]: choice };
    this.#keep();
    this.dispatchEvent(event(PREDICTION_MADE, { chapter }));
  }

  predictionOf = (chapter, scheme) => this.#predictions[chapter.id]?.[scheme] ?? "";

  /** Whether the reader has predicted for every scheme that the chapter asks about. */
  isPredicted = (chapter) => chapter.asks.every((scheme) => this.predictionOf(chapter, scheme));

  measured(name, result) {
    this.#results[name] = result;
    this.#keep();
    this.dispatchEvent(event(RESULT_MEASURED, { name, result }));
  }

  resultOf = (name) => this.#results[name] ?? null;

  isDone = (chapter) => Boolean(chapter.experiment && this.#results[chapter.experiment]);

  /** How many predictions of a chapter came true, of how many: {right, of}. */
  scoreOf(chapter) {
    const cells = this.resultOf(chapter.experiment)?.cells ?? [];
    const score = { right: 0, of: 0 };
    for (const scheme of chapter.asks ?? []) {
      const said = this.predictionOf(chapter, scheme);
      const cell = cells.find((cell) => cell.scheme === scheme);
      if (!said || !cell) continue;
      score.of += 1;
      if (said === keyOf(cell.outcome)) score.right += 1;
    }
    return score;
  }

  get score() {
    const scores = CHAPTERS.map((chapter) => this.scoreOf(chapter));
    return { right: sum(scores, "right"), of: sum(scores, "of") };
  }

  /** Forgets what was predicted and measured. */
  clear() {
    this.#predictions = {};
    this.#results = {};
    this.#keep();
  }

  #keep() {
    remember(KEPT, JSON.stringify({ predictions: this.#predictions, results: this.#results }));
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
