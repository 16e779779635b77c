// The last chapter: what is the reader building? The answer is what the lab has measured, what it costs, what to build. Printed,
// it is a page to keep: what the reader predicted, what was measured, and the decision.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";
import { isExported } from "../model/exchange.js";
import { recall, remember } from "../shell/shell.js";
import { BUILDS } from "./builds.js";
import { CHAPTERS, QUESTIONS } from "./chapters.js";
import { decision } from "./decision.js";
import { keyOf, UNSURE } from "./progress.js";
import { choicesIn } from "./question-view.js";
import { measured } from "./answer-view.js";
import { typedRun, typedTogether } from "./typed-run.js";

const KEPT = "authlab.building";

export class VerdictView {
  #root;
  #progress;
  #measure;
  #lab;

  constructor(root, progress, measure, lab) {
    this.#root = root;
    this.#progress = progress;
    this.#measure = measure;
    this.#lab = lab;
    addEventListener("beforeprint", () => root.querySelector(".predictions")?.setAttribute("open", ""));
  }

  show() {
    const chosen = recall(KEPT);
    const answer = el("div", { className: "verdict-answer", ariaLive: "polite" });
    const choices = BUILDS.map((build) => {
      const radio = el("input", { type: "radio", name: "build", value: build.id, checked: build.id === chosen });
      radio.addEventListener("change", () => {
        remember(KEPT, build.id);
        this.#tell(answer, build);
      });
      return el("label", { className: "choice" }, radio, el("span", {}, t(`last-page.builds.${build.id}.name`)));
    });
    this.#root.replaceChildren(
      this.#score(),
      el("fieldset", { className: "prediction" }, el("legend", {}, t("last-page.building")), el("div", { className: "choices" }, ...choices)),
      answer, this.#predictions(), this.#end());
    const build = BUILDS.find(({ id }) => id === chosen);
    if (build) this.#tell(answer, build);
  }

  #score() {
    const { score, seen } = this.#progress;
    const done = QUESTIONS.filter(this.#progress.isDone).length;
    return el("section", { className: "scores" },
      el("p", { className: "score" }, score.of > 0 ? t("last-page.total", { ...score, done, chapters: QUESTIONS.length }) : t("last-page.no-total")),
      ...(seen.of > 0 ? [el("p", {}, t("last-page.total-seen", seen))] : []),
      el("p", { className: "signed" }, ...["name-line", "date-line"].map((key) => el("span", {}, t(`last-page.${key}`)))));
  }

  /** What was predicted in each chapter, and what was measured. */
  #predictions() {
    const rows = QUESTIONS.filter((chapter) => this.#progress.isDone(chapter)).flatMap((chapter) => {
      const choices = choicesIn(chapter, this.#lab.choicesOf(chapter.experiment));
      const labelOf = (value) => choices.find((choice) => choice.value === value)?.label;
      return chapter.asks.map((scheme, i) => this.#row(chapter, scheme, i, labelOf));
    });
    if (rows.length === 0) return "";
    const head = ["last-page.chapter-name", "answer.scheme", "answer.you-said", "answer.measured"].map((key) => el("th", { scope: "col" }, t(key)));
    return el("details", { className: "predictions" }, el("summary", {}, t("last-page.my-predictions")),
      el("div", { className: "scrolls" }, el("table", { className: "result" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows))));
  }

  #row(chapter, scheme, i, labelOf) {
    const said = this.#progress.predictionOf(chapter, scheme);
    const cell = this.#progress.cellOf(chapter, scheme);
    const outcome = keyOf(cell?.outcome);
    const mark = said === UNSURE ? "–" : said === outcome ? "✓" : "✕";
    const { right, of } = this.#progress.scoreOf(chapter);
    return el("tr", { dataset: { first: String(i === 0) } },
      ...(i === 0 ? [el("th", { scope: "rowgroup", rowSpan: chapter.asks.length }, t(`walkthrough.${chapter.id}.title`), " ", el("span", { className: "tag", dataset: { tone: right === of ? "ok" : "stranger" } }, `${right}/${of}`))] : []),
      el("td", { dataset: { scheme } }, el("span", { className: "swatch" }), ` ${scheme}`),
      el("td", {}, `${mark} ${labelOf(said) ?? t("walkthrough.said-unsure")}`),
      el("td", {}, labelOf(outcome) ?? cell?.observed_text ?? ""));
  }

  /** To print it, and to begin anew. */
  #end() {
    const button = (key, act) => {
      const node = el("button", { type: "button", dataset: { end: key } }, t(`last-page.${key}`));
      node.addEventListener("click", act);
      return node;
    };
    const sure = el("dialog", { ariaLabel: t("last-page.start-over") }, el("p", {}, t("last-page.sure")), el("p", { className: "go" },
      button("sure-no", () => sure.close()),
      button("sure-yes", () => {
        sure.close();
        this.#progress.clear();
        location.hash = CHAPTERS[Number(isExported)].id;
      })));
    return el("p", { className: "ends" }, button("print", () => print()), button("start-over", () => sure.showModal()), sure);
  }

  #tell(answer, build) {
    const text = lookUp(`last-page.builds.${build.id}`);
    const missing = build.rows.filter((name) => !this.#progress.resultOf(name));
    const typed = missing.filter((name) => this.#lab.commandOf(name));
    const runs = missing.filter((name) => !this.#lab.commandOf(name));
    answer.replaceChildren(
      el("h2", {}, text.build),
      decision(build.decision),
      ...text.because.map((reason) => el("p", {}, reason)),
      el("h3", {}, t("last-page.price")),
      el("ul", { className: "prices" }, ...text.price.map((price) => el("li", {}, price))),
      el("h3", {}, t("last-page.measured-here")),
      ...(runs.length > 0 ? [this.#measureAll(answer, build, runs)] : []),
      ...(typed.length > 0 ? [typedRun(typedTogether(typed, this.#lab.commandOf))] : []),
      this.#table(build));
  }

  #measureAll(answer, build, missing) {
    const button = el("button", { type: "button", dataset: { action: "measure-rows" } }, t("last-page.measure-rows", { n: missing.length }));
    button.addEventListener("click", async () => {
      for (const name of missing) {
        if (!(await this.#measure(name))) break;
      }
      this.#tell(answer, build);
    });
    return el("p", {}, button);
  }

  #table({ rows, schemes }) {
    const cellOf = (name, scheme) => {
      const result = this.#progress.resultOf(name);
      const cell = result?.cells.find((c) => c.scheme === scheme);
      return cell ? measured(cell) : [result ? "–" : "…"];
    };
    return el("div", { className: "scrolls", tabIndex: 0, role: "region", ariaLabel: t("last-page.measured-here") },
      el("table", { className: "result" },
        el("thead", {}, el("tr", {}, el("th", {}, ""), ...schemes.map((scheme) =>
          el("th", { scope: "col", dataset: { scheme } }, el("span", { className: "swatch" }), ` ${scheme}`)))),
        el("tbody", {}, ...rows.map((name) => el("tr", {},
          el("th", { scope: "row" }, this.#lab.questionOf(name)),
          ...schemes.map((scheme) => el("td", {}, ...cellOf(name, scheme))))))));
  }
}
