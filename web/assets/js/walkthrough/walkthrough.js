// The walkthrough: chapters, each one question: predict, see the run as a film, say what was seen, understand.

import { el } from "../dom.js";
import { Film } from "../film/film.js";
import { language, lookUp, t } from "../lang.js";
import { CLUSTER_MISSED, EXPERIMENT_CHANGED, REQUEST_BALANCED } from "../model/events.js";
import { isExported } from "../model/exchange.js";
import { Lab } from "../model/lab.js";
import { Wallet } from "../model/wallet.js";
import { say, sayControl, sayWhenLost, startShell } from "../shell/shell.js";
import "../stage/stage.js";
import { CHAPTERS } from "./chapters.js";
import { ReaderActionsView } from "./reader-actions-view.js";
import { MoreView } from "./more-view.js";
import { keyOf, Progress, RESULT_MEASURED } from "./progress.js";
import { choicesIn, QuestionView } from "./question-view.js";
import { Opening } from "./opening.js";
import { answer } from "./result-view.js";
import { SeenView, surprising } from "./seen-view.js";

const USERS = 50; // in a population: few, because a reader is waiting
const LONGEST = 120_000; // ms that a run from outside may take, before the page takes it for lost
const LATE = 2000; // ms that an event may come after the answer that it is about
const byId = (id) => document.getElementById(id);

class Walkthrough {
  #lab = new Lab();
  #wallet = new Wallet();
  #progress = new Progress();
  #walk = document.querySelector(".walk");
  #stage = document.querySelector("lab-stage");
  #film = new Film(byId("film"), this.#stage, () => import("./later.js"));
  #seen = new SeenView(byId("seen"));
  #yourTurn;
  #question;
  #more;
  #verdict = null; // loaded at the last chapter
  #opening;
  #index = 0; // of the chapter that is shown
  #shown = 0; // counts the chapters that were shown: what belongs to one before is over
  #requests = 0;
  #running = ""; // the experiment that this page runs
  #own = new Set(); // experiments of this page whose events may still come
  #followed = ""; // the experiment that runs from outside
  #lost = 0; // the timer of that one
  #asked = null; // the button that asked for a moment

  constructor({ reader, other }) {
    this.#stage.lab = this.#lab;
    this.#stage.wallet = this.#wallet;
    byId("film").film = this.#film;
    this.#yourTurn = new ReaderActionsView(byId("your-turn"), { wallet: this.#wallet, lab: this.#lab, reader, other });
    this.#question = new QuestionView(byId("question"), this.#progress, (isUnsure) => this.run(isUnsure));
    this.#more = new MoreView(byId("more"), this.#progress, (name) => this.#measureMore(name), this.#lab);
    this.#opening = new Opening(byId("opening"), { lab: this.#lab, stage: this.#stage, wallet: this.#wallet, reader, ended: () => this.turn(1) });
    this.#progress.addEventListener(RESULT_MEASURED, () => this.#markSteps());
    this.#lab.addEventListener(REQUEST_BALANCED, () => this.#count());
    this.#lab.addEventListener(EXPERIMENT_CHANGED, ({ detail }) => this.#follow(detail));
    this.#lab.addEventListener(CLUSTER_MISSED, ({ detail }) => detail.missing && say(t("shell.no-lab"), true, true));
    sayWhenLost(this.#lab);
    for (const use of ["click", "input"]) byId("your-turn").addEventListener(use, ({ target }) => target.closest("summary") || this.#leaveFilm());
    addEventListener("hashchange", () => this.#show(true));
    byId("before").addEventListener("click", () => this.turn(-1));
    byId("next").addEventListener("click", () => this.turn(1));
  }

  async start() {
    await this.#lab.listExperiments(language);
    this.#show(false);
    await this.#lab.open();
    if (this.#chapter.id === "opening") await this.#opening.open();
  }

  turn(by) {
    const next = CHAPTERS[this.#index + by];
    if (next) location.hash = next.id;
  }

  async reset() {
    if (this.#measured) return;
    await this.#wallet.forget();
    const exchange = await this.#lab.reset();
    this.#leaveFilm();
    this.#yourTurn.clear();
    sayControl(exchange, t("shell.is-reset"));
  }

  /** Locks what was predicted, and runs the experiment of the chapter. isUnsure: also where nothing was predicted. */
  async run(isUnsure = false) {
    const chapter = this.#chapter;
    const shown = this.#shown;
    if (!chapter.experiment || this.#measured || this.#lab.commandOf(chapter.experiment)) return;
    const wasLocked = this.#progress.isLocked(chapter);
    if (!wasLocked && !isUnsure && !this.#progress.isPredicted(chapter)) {
      say(t("walkthrough.first-predict"));
      this.#question.ask();
      return;
    }
    this.#progress.lock(chapter);
    this.#cut();
    this.#showQuestion();
    const answered = await this.#measure(chapter.experiment);
    const ran = answered && this.#progress.isMeasured(chapter);
    if (answered && !ran) say(t("walkthrough.not-measured"), true);
    if (!ran && !wasLocked) this.#progress.unlock(chapter);
    if (shown !== this.#shown) return;
    if (ran) await this.#reveal();
    else this.#showQuestion();
  }

  /** The chapter that the address names, itself or by an experiment of it; without, the opening for a new reader, and the first chapter for others. */
  #find() {
    const name = location.hash.slice(1);
    for (const isNamed of [({ id }) => id === name, ({ experiment }) => experiment === name, ({ more }) => more?.includes(name)]) {
      const index = CHAPTERS.findIndex(isNamed);
      if (index >= 0) return index;
    }
    return Number(isExported || !this.#progress.isEmpty); // an exported page has no desk to ask
  }

  get #chapter() {
    return CHAPTERS[this.#index];
  }

  async #measure(name) {
    if (this.#measured) return false;
    this.#running = name;
    this.#own.add(name);
    this.#requests = 0;
    this.#markBusy(true);
    say("");
    const exchange = await this.#lab.measure(name, language, USERS);
    this.#running = "";
    setTimeout(() => this.#own.delete(name), LATE);
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

  /** Runs what else can be measured in a chapter, and shows its film. */
  async #measureMore(name) {
    if (!(await this.#measure(name))) return;
    const { phase } = this.#walk.dataset;
    const shown = this.#shown;
    this.#enter("film");
    const film = [this.#progress.recordingOf(name), this.#progress.resultOf(name).cells.map(({ scheme }) => scheme)];
    await this.#film.play(...film);
    if (shown !== this.#shown) return;
    await this.#film.still(...film);
    this.#enter(phase);
  }

  /** After a run: the film, then what was seen, then the answer. */
  async #reveal() {
    const chapter = this.#chapter;
    const shown = this.#shown;
    await this.#film.load();
    if (shown !== this.#shown) return;
    this.#showQuestion();
    byId("result").hidden = true;
    this.#enter("film");
    const wasSeen = await this.#film.play(...this.#filmOf(chapter));
    if (shown !== this.#shown) return;
    await this.#film.still(...this.#filmOf(chapter));
    if (shown !== this.#shown) return;
    if (wasSeen && this.#progress.seenIn(chapter) === undefined) {
      this.#enter("seen");
      const scheme = surprising(chapter, this.#progress);
      const chosen = this.#seen.ask(scheme, this.#progress.cellOf(chapter, scheme), this.#choices);
      byId("seen-title").focus({ preventScroll: true });
      this.#progress.saw(chapter, { scheme, right: await chosen });
      if (shown !== this.#shown) return;
    }
    this.#enter("answer");
    this.#showAnswer();
    this.#yourTurn.show(chapter, this.#progress.resultOf(chapter.experiment));
    byId("your-turn").open = true;
    byId("result-title").focus({ preventScroll: true });
    byId("result-title").scrollIntoView({ block: "nearest" });
  }

  #enter(phase) {
    this.#cut();
    this.#walk.dataset.phase = phase;
    byId("next").classList.toggle("primary", phase === "answer");
    const { asks, yourTurn } = this.#chapter;
    const schemes = phase === "answer" ? yourTurn?.schemes : asks;
    this.#stage.setAttribute("schemes", (schemes ?? ["session-memory"]).join(" "));
  }

  /** The act changes while the page is dark for two frames: nothing is seen to jump. */
  #cut() {
    this.#walk.dataset.cut = "";
    requestAnimationFrame(() => requestAnimationFrame(() => delete this.#walk.dataset.cut));
  }

  /** An experiment has begun or ended in the lab, which this page has not started: typed, or on another page. */
  async #follow({ name, state }) {
    if (this.#running || this.#own.has(name)) return;
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
    const chapter = this.#chapter;
    if (chapter.id === "your-verdict") await this.#showVerdict();
    if (chapter.experiment !== name) return;
    // Typed by the reader, or by another one: that does not take the question away from who has not predicted yet.
    if (this.#lab.commandOf(name)) this.#progress.lock(chapter);
    if (this.#progress.isLocked(chapter)) await this.#reveal();
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
    if (this.#measured) this.#markBusy(true); // the buttons are new
  }

  get #choices() {
    return choicesIn(this.#chapter, this.#lab.choicesOf(this.#chapter.experiment));
  }

  #show(moved) {
    this.#index = this.#find();
    const chapter = this.#chapter;
    const text = lookUp(`walkthrough.${chapter.id}`);
    const kind = chapter.experiment ? "chapter" : chapter.id === "opening" ? "opening" : "verdict";
    this.#shown += 1;
    this.#film.close();
    this.#yourTurn.leave();
    document.title = `${text.title} · Authlab`;
    byId("count").textContent = this.#index > 0 ? t("walkthrough.chapter", { n: this.#index, of: CHAPTERS.length - 1 }) : "";
    byId("title").textContent = text.title;
    byId("story").replaceChildren(...(kind === "opening" ? [] : story(text)));
    for (const id of ["your-turn", "question", "film", "seen"]) byId(id).hidden = kind !== "chapter";
    byId("result").hidden = true;
    this.#film.explain([]);
    byId("verdict").hidden = kind !== "verdict";
    byId("opening").hidden = kind !== "opening";
    this.#walk.dataset.kind = kind;
    this.#enter(this.#progress.isDone(chapter) ? "answer" : "ask");
    this.#stage.highlight(chapter.light);
    this.#stage.setAttribute("without", chapter.light.includes("reports") ? "" : "reports");
    this.#more.show(chapter, location.hash.slice(1));
    if (kind === "verdict") this.#showVerdict();
    if (kind === "chapter") {
      this.#yourTurn.show(chapter, this.#progress.resultOf(chapter.experiment));
      byId("your-turn").open = this.#progress.isDone(chapter);
      this.#showQuestion();
      this.#showAnswer();
    }
    this.#markSteps();
    byId("before").hidden = this.#index === 0;
    byId("next").hidden = kind !== "chapter";
    if (!moved) return;
    say("");
    scrollTo({ top: 0, behavior: "instant" });
    byId("title").focus({ preventScroll: true });
    if (kind === "opening") this.#opening.open();
    else this.#opening.close();
  }

  async #showVerdict() {
    const { VerdictView } = await import("./later.js");
    this.#verdict ??= new VerdictView(byId("verdict"), this.#progress, (name) => this.#measure(name), this.#lab);
    this.#verdict.show();
  }

  #showAnswer() {
    const chapter = this.#chapter;
    const isDone = this.#progress.isDone(chapter);
    byId("result").hidden = !isDone;
    this.#film.explain(isDone ? signsOf(this.#progress.resultOf(chapter.experiment)) : []);
    if (!isDone) return;
    const result = this.#progress.resultOf(chapter.experiment);
    const recording = this.#progress.recordingOf(chapter.experiment);
    const choices = this.#choices;
    const said = (scheme) => choices.find(({ value }) => value === this.#progress.predictionOf(chapter, scheme)) ?? null;
    const rows = chapter.asks.map((scheme) => ({ scheme, cell: this.#progress.cellOf(chapter, scheme) })).filter(({ cell }) => cell?.outcome).map(({ scheme, cell }) => ({
      scheme, cell,
      said: said(scheme)?.label,
      was: choices.find(({ value }) => value === keyOf(cell.outcome))?.label ?? cell.observed_text,
      because: cell.as_predicted ? lookUp(`walkthrough.${chapter.id}.because.${scheme}`) : "",
      isSurprise: scheme === chapter.surprise,
      show: recording && chapter.moments?.[scheme] ? () => this.#showMoment(recording, scheme, chapter.moments[scheme]) : null,
    }));
    byId("result").replaceChildren(...answer(chapter, result, {
      rows, said, score: this.#progress.scoreOf(chapter), seen: this.#progress.seenIn(chapter), again: this.#again(recording),
    }));
  }

  /** Buttons that show the same film again, and that run it all once more. */
  #again(recording) {
    const button = (name, text, act) => {
      const node = el("button", { type: "button", dataset: { action: name } }, text);
      node.addEventListener("click", act);
      return node;
    };
    return [
      ...(recording ? [button("watch", `▶ ${t("walkthrough.watch-again")}`, () => this.#reveal())] : []),
      ...(this.#lab.commandOf(this.#chapter.experiment) ? [] : [button("again", t("walkthrough.again"), () => this.run())]),
    ];
  }

  /** Plays the request again in which it was decided, above the answer. */
  #showMoment(recording, scheme, status) {
    this.#asked = document.activeElement;
    this.#enter("moment");
    this.#film.showRequest(recording, scheme, status, () => this.leaveMoment());
    byId("film").scrollIntoView({ block: "nearest" });
  }

  /** Back to the answer, and the last frame of the film. */
  async leaveMoment() {
    if (this.#walk.dataset.phase !== "moment") return;
    this.#enter("answer");
    await this.#film.still(...this.#filmOf(this.#chapter));
    this.#asked.focus({ preventScroll: true });
  }

  /** What a film has left on the stage stays until the reader acts: then the stage is the lab's again. */
  #leaveFilm() {
    this.#film.close();
    if (this.#walk.dataset.phase === "moment") this.#enter("answer");
  }

  #filmOf = (chapter) => [this.#progress.recordingOf(chapter.experiment), filmOrder(chapter)];

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

/** One scheme after the other, and the surprising one last. */
const filmOrder = ({ asks, surprise }) => [...asks.filter((scheme) => scheme !== surprise), surprise];

/** The signs of what was measured, each once. */
function signsOf({ cells }) {
  const signs = new Map(cells.filter(({ outcome }) => outcome).map(({ sign }) => [sign.name, sign]));
  return [...signs.values()].map(({ name, symbol, text }) => ({ symbol, text, sign: name }));
}

/** What has to be known before the question; the rest can be opened. */
function story({ short, story: whole = [] }) {
  const paragraphs = whole.map((paragraph) => el("p", {}, paragraph));
  if (!short) return paragraphs;
  return [el("p", {}, short), el("details", {}, el("summary", {}, t("walkthrough.whole-story")), ...paragraphs)];
}

const userOf = ({ name, password }) => ({ name, password });
const walkthrough = new Walkthrough({ reader: userOf(byId("reader").dataset), other: userOf(byId("other-user").dataset) });
const keys = startShell({ reset: () => walkthrough.reset() });
keys.on("ArrowRight", "walkthrough.key-next", () => walkthrough.turn(1));
keys.on("ArrowLeft", "walkthrough.key-before", () => walkthrough.turn(-1));
keys.on("x", "walkthrough.key-run", () => walkthrough.run());
keys.on("Escape", "", () => {
  say("");
  walkthrough.leaveMoment();
});
await walkthrough.start();
