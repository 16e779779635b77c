// The act of a chapter, one part at a time: the question, the film of the run, what was seen, the answer. data-phase of .walk
// says which is on the screen: ask, film, seen, answer, or the moment in which something was decided.

import { el } from "../dom.js";
import { Film } from "../film/film.js";
import { t } from "../lang.js";
import { say } from "../shell/shell.js";
import { loadLater } from "./load-later.js";
import { MEASURING_CHANGED, REQUEST_COUNTED } from "./measuring.js";
import { choicesIn, QuestionView } from "./question-view.js";

const NAIVE = "naive"; // the lane of a server that makes the mistake an experiment is about: all others are safe from it
const GAP = 8; // px between what stays at the top and what is read
const byId = (id) => document.getElementById(id);

export class Act {
  #lab;
  #progress;
  #measuring;
  #stage;
  #yourTurn;
  #walk = document.querySelector(".walk");
  #film;
  #question;
  #chapter;
  #asked = null; // the button that asked for a moment
  #shown = 0; // counts the chapters that were shown: what belongs to one before is over

  constructor({ lab, progress, measuring, stage, yourTurn }) {
    this.#lab = lab;
    this.#progress = progress;
    this.#measuring = measuring;
    this.#stage = stage;
    this.#yourTurn = yourTurn;
    this.#film = byId("film").film = new Film(byId("film"), stage, loadLater);
    this.#question = new QuestionView(byId("question"), progress, (isUnsure) => this.run(isUnsure));
    measuring.addEventListener(MEASURING_CHANGED, () => this.#markBusy());
    measuring.addEventListener(REQUEST_COUNTED, () => this.#showProgress());
    for (const use of ["click", "input"]) byId("your-turn").addEventListener(use, ({ target }) => target.closest("summary") || this.leaveFilm());
  }

  /** Shows the question of a chapter, or its answer, where the reader has had it. */
  show(chapter) {
    const isDone = this.#progress.isDone(chapter);
    this.#chapter = chapter;
    this.#shown += 1;
    this.#film.close();
    this.#yourTurn.leave();
    for (const id of ["your-turn", "question", "film", "seen"]) byId(id).hidden = !chapter.experiment;
    byId("result").hidden = true;
    this.#film.explain([]);
    this.#enter(isDone ? "answer" : "ask");
    if (!chapter.experiment) return;
    this.#yourTurn.show(chapter, this.#progress.resultOf(chapter.experiment));
    byId("your-turn").open = isDone;
    this.#showQuestion();
    if (isDone) this.#showAnswer();
  }

  /** Locks what was predicted, and runs the experiment of the chapter. isUnsure: also where nothing was predicted. */
  async run(isUnsure = false) {
    const chapter = this.#chapter;
    const shown = this.#shown;
    if (!chapter.experiment || this.#measuring.experiment || this.#lab.commandOf(chapter.experiment)) return;
    const wasLocked = this.#progress.isLocked(chapter);
    if (!wasLocked && !isUnsure && !this.#progress.isPredicted(chapter)) {
      say(t("walkthrough.first-predict"));
      this.#question.ask();
      return;
    }
    this.#progress.lock(chapter);
    this.#cut();
    this.#showQuestion();
    const answered = await this.#measuring.run(chapter.experiment);
    const ran = answered && this.#progress.isMeasured(chapter);
    if (answered && !ran) say(t("walkthrough.not-measured"), true);
    if (!ran && !wasLocked) this.#progress.unlock(chapter);
    if (shown !== this.#shown) return;
    if (ran) await this.#reveal();
    else this.#showQuestion();
  }

  /** Runs what else can be measured in the chapter, and shows its film. */
  async runMore(name) {
    if (!(await this.#measuring.run(name))) return;
    const { phase } = this.#walk.dataset;
    const shown = this.#shown;
    this.#enter("film");
    this.#question.askMore(this.#lab.questionOf(name));
    const film = [this.#progress.recordingOf(name), [...this.#progress.resultOf(name).cells.map(({ scheme }) => scheme), NAIVE]];
    await this.#film.play(...film);
    if (shown !== this.#shown) return;
    await this.#film.still(...film);
    this.#showQuestion();
    this.#enter(phase);
  }

  /** An experiment was run elsewhere. That takes the question away only from a reader who has predicted, or who had to type it. */
  async follow(name) {
    const chapter = this.#chapter;
    if (chapter.experiment !== name) return;
    if (this.#lab.commandOf(name)) this.#progress.lock(chapter);
    if (this.#progress.isLocked(chapter)) await this.#reveal();
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
    if (wasSeen && this.#progress.seenIn(chapter) === undefined) await this.#askWhatWasSeen(chapter);
    if (shown !== this.#shown) return;
    this.#enter("answer");
    await this.#showAnswer();
    this.#yourTurn.show(chapter, this.#progress.resultOf(chapter.experiment));
    byId("your-turn").open = true;
    goTo(byId("result-title"));
  }

  async #askWhatWasSeen(chapter) {
    const { SeenView, surprising } = await loadLater();
    this.#enter("seen");
    const scheme = surprising(chapter, this.#progress);
    const chosen = new SeenView(byId("seen")).ask(this.#question.asked, scheme, this.#progress.cellOf(chapter, scheme), this.#choices);
    goTo(byId("seen-title"));
    this.#progress.saw(chapter, { scheme, right: await chosen });
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

  #showQuestion() {
    const { experiment } = this.#chapter;
    this.#question.show(this.#chapter, this.#lab.choicesOf(experiment), this.#lab.commandOf(experiment));
    if (this.#measuring.experiment) this.#markBusy(); // the buttons are new
  }

  async #showAnswer() {
    const chapter = this.#chapter;
    const { answer } = await loadLater();
    if (chapter !== this.#chapter) return;
    const recording = this.#progress.recordingOf(chapter.experiment);
    const showMoment = recording && ((scheme) => this.#showMoment(recording, scheme, chapter.moments[scheme]));
    byId("result").replaceChildren(...answer(chapter, { progress: this.#progress, choices: this.#choices, showMoment, again: this.#again(recording) }));
    byId("result").hidden = false;
    this.#film.explain(signsOf(this.#progress.resultOf(chapter.experiment)));
  }

  get #choices() {
    return choicesIn(this.#chapter, this.#lab.choicesOf(this.#chapter.experiment));
  }

  /** Buttons that show the same film again, and that run it all once more. */
  #again(recording) {
    const button = (name, text, act) => {
      const node = el("button", { type: "button", dataset: { action: name } }, text);
      node.addEventListener("click", act);
      return node;
    };
    return [
      ...(recording ? [button("watch", `▶ ${t("answer.watch-again")}`, () => this.#reveal())] : []),
      ...(this.#lab.commandOf(this.#chapter.experiment) ? [] : [button("again", t("walkthrough.again"), () => this.run())]),
    ];
  }

  /** Plays the request again in which it was decided, above the answer. */
  async #showMoment(recording, scheme, status) {
    this.#asked = document.activeElement;
    this.#enter("moment");
    if (await this.#film.showRequest(recording, scheme, status, () => this.leaveMoment())) bringUp(byId("film"));
  }

  /** Back to the answer, and the last frame of the film. */
  async leaveMoment() {
    if (this.#walk.dataset.phase !== "moment") return;
    this.#enter("answer");
    await this.#film.still(...this.#filmOf(this.#chapter));
    this.#asked.focus({ preventScroll: true });
  }

  /** What a film has left on the stage stays until the reader acts: then the stage is the lab's again. */
  leaveFilm() {
    this.#film.close();
    if (this.#walk.dataset.phase === "moment") this.#enter("answer");
  }

  #filmOf = (chapter) => [this.#progress.recordingOf(chapter.experiment), filmOrder(chapter)];

  #showProgress() {
    const { experiment } = this.#chapter;
    if (!experiment) return;
    if (!this.#measuring.experiment) this.#question.ready();
    else this.#question.busy(this.#measuring.experiment === experiment ? this.#measuring.requests : null);
  }

  #markBusy() {
    const busy = String(Boolean(this.#measuring.experiment));
    document.documentElement.dataset.busy = busy;
    for (const button of document.querySelectorAll("main [data-action]")) button.ariaDisabled = busy;
    this.#showProgress();
  }
}

/** One scheme after the other, and the surprising one last. */
const filmOrder = ({ asks, surprise }) => [...asks.filter((scheme) => scheme !== surprise), surprise];

/** The signs of what was measured, each once. */
function signsOf({ cells }) {
  const signs = new Map(cells.filter(({ outcome }) => outcome).map(({ sign }) => [sign.name, sign]));
  return [...signs.values()].map(({ name, symbol, text }) => ({ symbol, text, sign: name }));
}

function goTo(heading) {
  heading.focus({ preventScroll: true });
  bringUp(heading);
}

/** Scrolls to what comes next, up to what stays at the top: on a phone the stage, on a laptop the head of the page. */
function bringUp(next) {
  const { left, top } = next.getBoundingClientRect();
  const stays = [...document.querySelectorAll(".masthead, .theatre")].filter((part) => getComputedStyle(part).position === "sticky" && part.getBoundingClientRect().left <= left);
  scrollBy({ top: top - Math.max(0, ...stays.map(({ offsetHeight }) => offsetHeight)) - GAP, behavior: "instant" });
}
