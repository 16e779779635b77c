// The walkthrough: chapters, each one idea, one picture, one prediction, one run, one lesson.

import { el } from "../dom.js";
import { language, lookUp, t } from "../lang.js";
import { CLUSTER_MISSED, EXPERIMENT_CHANGED, REQUEST_BALANCED } from "../model/events.js";
import { Lab } from "../model/lab.js";
import { Wallet } from "../model/wallet.js";
import { say, sayControl, sayWhenLost, startShell } from "../shell/shell.js";
import "../stage/stage.js";
import { CHAPTERS } from "./chapters.js";
import { ReaderActionsView } from "./reader-actions-view.js";
import { MoreView } from "./more-view.js";
import { Progress, RESULT_MEASURED } from "./progress.js";
import { choicesIn, QuestionView } from "./question-view.js";
import { answer } from "./result-view.js";
import { VerdictView } from "./verdict-view.js";

const USERS = 50; // in a population: few, because a reader is waiting
const LONGEST = 120_000; // ms that a run from outside may take, before the page takes it for lost
const byId = (id) => document.getElementById(id);

class Walkthrough {
  #lab = new Lab();
  #wallet = new Wallet();
  #progress = new Progress();
  #stage = document.querySelector("lab-stage");
  #yourTurn;
  #question;
  #more;
  #verdict;
  #requests = 0;
  #running = ""; // the experiment that this page runs
  #followed = ""; // the experiment that runs from outside
  #lost = 0; // the timer of that one

  constructor(reader) {
    this.#stage.lab = this.#lab;
    this.#stage.wallet = this.#wallet;
    this.#yourTurn = new ReaderActionsView(byId("your-turn"), { wallet: this.#wallet, lab: this.#lab, reader });
    this.#question = new QuestionView(byId("question"), this.#progress, () => this.run());
    this.#more = new MoreView(byId("more"), this.#progress, (name) => this.#measure(name), this.#lab);
    this.#verdict = new VerdictView(byId("verdict"), this.#progress, (name) => this.#measure(name), this.#lab);
    this.#progress.addEventListener(RESULT_MEASURED, () => this.#markSteps());
    this.#lab.addEventListener(REQUEST_BALANCED, () => this.#count());
    this.#lab.addEventListener(EXPERIMENT_CHANGED, ({ detail }) => this.#follow(detail));
    this.#lab.addEventListener(CLUSTER_MISSED, ({ detail }) => detail.missing && say(t("shell.no-lab"), true, true));
    sayWhenLost(this.#lab);
    addEventListener("hashchange", () => this.#show(true));
    byId("before").addEventListener("click", () => this.turn(-1));
    byId("next").addEventListener("click", () => this.turn(1));
  }

  async start() {
    await this.#lab.listExperiments(language);
    this.#show(false);
    await this.#lab.open();
  }

  turn(by) {
    const next = CHAPTERS[this.#index + by];
    if (next) location.hash = next.id;
  }

  async reset() {
    if (this.#measured) return;
    await this.#wallet.forget();
    const exchange = await this.#lab.reset();
    this.#yourTurn.clear();
    sayControl(exchange, t("shell.is-reset"));
  }

  /** Runs the experiment of the chapter, and shows what came of it beside what was predicted. */
  async run() {
    const chapter = this.#chapter;
    if (!chapter.experiment || this.#running || this.#lab.commandOf(chapter.experiment)) return;
    const ran = await this.#measure(chapter.experiment);
    if (!ran || chapter !== this.#chapter) return;
    this.#showAnswer();
    byId("result").querySelector("h2").focus({ preventScroll: true });
    byId("result").scrollIntoView({ block: "nearest" });
  }

  get #index() {
    return Math.max(0, CHAPTERS.findIndex(({ id }) => `#${id}` === location.hash));
  }

  get #chapter() {
    return CHAPTERS[this.#index];
  }

  async #measure(name) {
    if (this.#measured) return false;
    this.#running = name;
    this.#requests = 0;
    this.#markBusy(true);
    say("");
    const exchange = await this.#lab.measure(name, language, USERS);
    this.#running = "";
    this.#markBusy(false);
    // An experiment begins and ends with a clean lab: what the reader had is gone.
    this.#wallet.clear();
    this.#yourTurn.clear();
    if (!exchange.ok) {
      sayControl(exchange, "");
      return false;
    }
    this.#progress.measured(name, exchange.json);
    return true;
  }

  /** An experiment has begun or ended in the lab, which this page has not started: typed, or on another page. */
  async #follow({ name, state }) {
    if (this.#running) return; // our own
    clearTimeout(this.#lost);
    if (state === "begun") {
      this.#followed = name;
      this.#requests = 0;
      this.#markBusy(true);
      say(t("walkthrough.is-followed", { question: this.#lab.questionOf(name) }));
      this.#lost = setTimeout(() => this.#release(), LONGEST);
      return;
    }
    const result = await this.#lab.lastResult(name, language);
    if (this.#followed === name) this.#release(); // else the next has begun meanwhile
    if (!result.ok) return;
    this.#progress.measured(name, result.json);
    this.#more.update(name);
    if (!this.#chapter.experiment) this.#verdict.show();
    else if (this.#chapter.experiment === name) this.#showAnswer();
  }

  #release() {
    this.#followed = "";
    this.#markBusy(false);
    this.#wallet.clear();
    this.#yourTurn.clear();
    say("");
  }

  #count() {
    this.#requests += 1;
    if (this.#measured) this.#showProgress();
  }

  /** The experiment that has the lab now, or "". */
  get #measured() {
    return this.#running || this.#followed;
  }

  #showProgress() {
    if (!this.#chapter.experiment) return;
    if (!this.#measured) this.#question.ready();
    else this.#question.busy(this.#measured === this.#chapter.experiment ? this.#requests : null);
  }

  #markBusy(busy) {
    document.documentElement.dataset.busy = String(busy);
    for (const button of document.querySelectorAll("main [data-action]")) button.ariaDisabled = String(busy);
    this.#showProgress();
  }

  #showQuestion() {
    const chapter = this.#chapter;
    if (chapter.experiment) this.#question.show(chapter, this.#lab.choicesOf(chapter.experiment), this.#lab.commandOf(chapter.experiment));
  }

  #show(moved) {
    const chapter = this.#chapter;
    const text = lookUp(`walkthrough.${chapter.id}`);
    const isVerdict = !chapter.experiment;
    document.title = `${text.title} · Authlab`;
    byId("count").textContent = t("walkthrough.chapter", { n: this.#index + 1, of: CHAPTERS.length });
    byId("title").textContent = text.title;
    byId("story").replaceChildren(...text.story.map((paragraph) => el("p", {}, paragraph)));
    for (const id of ["your-turn", "question", "result"]) byId(id).hidden = isVerdict;
    byId("verdict").hidden = !isVerdict;
    document.querySelector(".walk").dataset.kind = isVerdict ? "verdict" : "chapter";
    this.#stage.highlight(chapter.light);
    this.#stage.setAttribute("without", chapter.light.includes("reports") ? "" : "reports");
    this.#more.show(chapter);
    if (isVerdict) this.#verdict.show();
    else {
      this.#stage.setAttribute("schemes", chapter.yourTurn.schemes.join(" "));
      this.#yourTurn.show(chapter);
      this.#showQuestion();
      this.#showAnswer();
    }
    if (this.#measured) this.#markBusy(true); // the buttons are new
    this.#markSteps();
    byId("before").hidden = this.#index === 0;
    byId("next").hidden = this.#index === CHAPTERS.length - 1;
    if (!moved) return;
    say("");
    scrollTo({ top: 0 });
    byId("title").focus({ preventScroll: true });
  }

  #showAnswer() {
    const chapter = this.#chapter;
    const result = this.#progress.resultOf(chapter.experiment);
    byId("result").hidden = !result;
    if (!result) return;
    const said = (scheme) => {
      const value = this.#progress.predictionOf(chapter, scheme);
      const choice = choicesIn(chapter, this.#lab.choicesOf(chapter.experiment)).find((one) => one.value === value);
      return choice && chapter.asks.includes(scheme) ? choice : null;
    };
    byId("result").replaceChildren(...answer(result, { said, score: this.#progress.scoreOf(chapter), sources: chapter.sources }));
  }

  #markSteps() {
    CHAPTERS.forEach((chapter, i) => {
      const link = byId("steps").querySelector(`[href="#${chapter.id}"]`);
      link.dataset.done = String(this.#progress.isDone(chapter));
      if (i === this.#index) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    byId("steps").querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

const { name, password } = byId("reader").dataset;
const walkthrough = new Walkthrough({ name, password });
const keys = startShell({ reset: () => walkthrough.reset() });
keys.on("ArrowRight", "walkthrough.key-next", () => walkthrough.turn(1));
keys.on("ArrowLeft", "walkthrough.key-before", () => walkthrough.turn(-1));
keys.on("x", "walkthrough.key-run", () => walkthrough.run());
await walkthrough.start();
