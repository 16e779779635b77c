// What has the lab to itself: an experiment that this page runs, or one that was begun elsewhere, typed or on another page.

import { language, t } from "../lang.js";
import { event, EXPERIMENT_CHANGED, REQUEST_BALANCED } from "../model/events.js";
import { say, sayControl } from "../shell/shell.js";

const USERS = 50; // in a population: few, because a reader is waiting
const LONGEST = 120_000; // ms that a run from outside may take, before the page takes it for lost
const LATE = 2000; // ms that an event may come after the answer that it is about

export const MEASURING_CHANGED = "measuring:changed"; // an experiment has begun or ended
export const MEASURING_ENDED = "measuring:ended"; // it has left a clean lab: what the reader had is gone
export const REQUEST_COUNTED = "request:counted"; // it has sent one more
export const MEASURED_ELSEWHERE = "measured:elsewhere"; // {name}

export class Measuring extends EventTarget {
  #lab;
  #progress;
  #running = ""; // the experiment that this page runs
  #own = new Set(); // experiments of this page whose events may still come
  #followed = ""; // the experiment that runs from outside
  #lost = 0; // the timer of that one

  constructor(lab, progress) {
    super();
    this.#lab = lab;
    this.#progress = progress;
    this.requests = 0;
    lab.addEventListener(REQUEST_BALANCED, () => this.#count());
    lab.addEventListener(EXPERIMENT_CHANGED, ({ detail }) => this.#follow(detail));
  }

  /** The experiment that has the lab now, or "". */
  get experiment() {
    return this.#running || this.#followed;
  }

  /** Runs an experiment. True when its result is in progress. */
  async run(name) {
    if (this.experiment) return false;
    this.#running = name;
    this.#own.add(name);
    this.#begin();
    say("");
    const exchange = await this.#lab.measure(name, language, USERS);
    this.#running = "";
    setTimeout(() => this.#own.delete(name), LATE);
    this.#end();
    if (exchange.ok) this.#progress.measured(name, exchange.json);
    else sayControl(exchange, "");
    return exchange.ok;
  }

  async #follow({ name, state }) {
    if (this.#running || this.#own.has(name)) return;
    clearTimeout(this.#lost);
    if (state === "begun") {
      this.#followed = name;
      this.#begin();
      say(t("walkthrough.is-followed", { question: this.#lab.questionOf(name) }));
      this.#lost = setTimeout(() => this.#release(), LONGEST);
      return;
    }
    const result = await this.#lab.lastResult(name, language);
    if (this.#followed === name) this.#release(); // else the next has begun meanwhile
    if (!result.ok) return;
    this.#progress.measured(name, result.json);
    this.dispatchEvent(event(MEASURED_ELSEWHERE, { name }));
  }

  #release() {
    this.#followed = "";
    this.#end();
    say("");
  }

  #begin() {
    this.requests = 0;
    this.dispatchEvent(event(MEASURING_CHANGED));
  }

  #end() {
    this.dispatchEvent(event(MEASURING_CHANGED));
    this.dispatchEvent(event(MEASURING_ENDED));
  }

  #count() {
    this.requests += 1;
    if (this.experiment) this.dispatchEvent(event(REQUEST_COUNTED));
  }
}
