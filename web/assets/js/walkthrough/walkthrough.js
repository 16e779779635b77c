// The walkthrough: turns its pages. Each chapter is one question: predict, see the run as a film, say what was seen, understand.

import { el } from "../dom.js";
import { language, lookUp, t } from "../lang.js";
import { CLUSTER_MISSED } from "../model/events.js";
import { isExported } from "../model/exchange.js";
import { Lab } from "../model/lab.js";
import { Wallet } from "../model/wallet.js";
import { say, sayControl, sayWhenLost, startShell } from "../shell/shell.js";
import "../stage/stage.js";
import { Act } from "./act.js";
import { CHAPTERS } from "./chapters.js";
import { loadLater } from "./load-later.js";
import { MEASURED_ELSEWHERE, MEASURING_ENDED, Measuring } from "./measuring.js";
import { MoreView } from "./more-view.js";
import { Opening } from "./opening.js";
import { Progress, RESULT_MEASURED } from "./progress.js";
import { ReaderActionsView } from "./reader-actions-view.js";

const byId = (id) => document.getElementById(id);

class Walkthrough {
  #lab = new Lab();
  #wallet = new Wallet();
  #progress = new Progress();
  #measuring = new Measuring(this.#lab, this.#progress);
  #stage = document.querySelector("lab-stage");
  #yourTurn;
  #act;
  #more;
  #verdict = null; // loaded at the last chapter
  #opening;
  #index = 0; // of the chapter that is shown
  #listed; // when the experiments are known

  constructor({ reader, other }) {
    this.#stage.lab = this.#lab;
    this.#stage.wallet = this.#wallet;
    this.#yourTurn = new ReaderActionsView(byId("your-turn"), { wallet: this.#wallet, lab: this.#lab, reader, other });
    this.#act = new Act({ lab: this.#lab, progress: this.#progress, measuring: this.#measuring, stage: this.#stage, yourTurn: this.#yourTurn });
    this.#more = new MoreView(byId("more"), this.#progress, (name) => this.#act.runMore(name), this.#lab);
    this.#opening = new Opening(byId("opening"), { lab: this.#lab, stage: this.#stage, wallet: this.#wallet, reader, ended: () => this.turn(1) });
    this.#progress.addEventListener(RESULT_MEASURED, () => this.#markSteps());
    this.#measuring.addEventListener(MEASURING_ENDED, () => this.#forget());
    this.#measuring.addEventListener(MEASURED_ELSEWHERE, ({ detail }) => this.#follow(detail));
    this.#lab.addEventListener(CLUSTER_MISSED, ({ detail }) => detail.missing && say(t("shell.no-lab"), true, true));
    sayWhenLost(this.#lab);
    addEventListener("hashchange", () => this.#turn());
    byId("before").addEventListener("click", () => this.turn(-1));
    byId("next").addEventListener("click", () => this.turn(1));
  }

  async start() {
    const list = () => this.#lab.listExperiments(language);
    if (CHAPTERS[this.#find()].id === "opening") {
      // It measures nothing, so a new reader does not wait for what can be measured.
      this.#show(false);
      const opened = this.#lab.open();
      this.#listed = this.#opening.open(opened).then(list);
      await opened;
      return;
    }
    // A reader who comes back finds answers on the page: they are there before it is shown, so that nothing jumps.
    this.#listed = list();
    await Promise.all([this.#listed, this.#progress.isEmpty || loadLater()]);
    this.#show(false);
    await this.#lab.open();
  }

  turn(by) {
    const next = CHAPTERS[this.#index + by];
    if (next) location.hash = next.id;
  }

  async reset() {
    if (this.#measuring.experiment) return;
    await this.#wallet.forget();
    const exchange = await this.#lab.reset();
    this.#act.leaveFilm();
    this.#yourTurn.clear();
    sayControl(exchange, t("shell.is-reset"));
  }

  run() {
    return this.#act.run();
  }

  leaveMoment() {
    return this.#act.leaveMoment();
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

  async #turn() {
    await this.#listed;
    this.#show(true);
  }

  #forget() {
    this.#wallet.clear();
    this.#yourTurn.clear();
  }

  async #follow({ name }) {
    this.#more.update(name);
    if (this.#chapter.id === "your-verdict") await this.#showVerdict();
    await this.#act.follow(name);
  }

  #show(moved) {
    this.#index = this.#find();
    const chapter = this.#chapter;
    const text = lookUp(`walkthrough.${chapter.id}`);
    const kind = chapter.experiment ? "chapter" : chapter.id === "opening" ? "opening" : "verdict";
    document.title = `${text.title} · Authlab`;
    byId("count").textContent = this.#index > 0 ? t("walkthrough.chapter", { n: this.#index, of: CHAPTERS.length - 1 }) : "";
    byId("title").textContent = text.title;
    byId("story").replaceChildren(...(kind === "opening" ? [] : story(text)));
    byId("verdict").hidden = kind !== "verdict";
    byId("opening").hidden = kind !== "opening";
    document.querySelector(".walk").dataset.kind = kind;
    this.#stage.clear(); // of the answers of the chapter before
    this.#act.show(chapter);
    this.#stage.highlight(chapter.light);
    this.#stage.setAttribute("without", chapter.light.includes("reports") ? "" : "reports");
    this.#more.show(chapter, location.hash.slice(1));
    if (kind === "verdict") this.#showVerdict();
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
    const { VerdictView } = await loadLater();
    this.#verdict ??= new VerdictView(byId("verdict"), this.#progress, (name) => this.#measuring.run(name), this.#lab);
    this.#verdict.show();
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
