// The last chapter: what is the reader building? The answer is what the lab has measured, what it costs, what to build.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";
import { recall, remember } from "../shell/shell.js";
import { BUILDS, CHAPTERS } from "./chapters.js";
import { measured } from "./result-view.js";
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
      return el("label", { className: "choice" }, radio, el("span", {}, t(`walkthrough.builds.${build.id}.name`)));
    });
    this.#root.replaceChildren(
      this.#score(),
      el("fieldset", { className: "prediction" }, el("legend", {}, t("walkthrough.building")), el("div", { className: "choices" }, ...choices)),
      answer);
    const build = BUILDS.find(({ id }) => id === chosen);
    if (build) this.#tell(answer, build);
  }

  #score() {
    const { right, of } = this.#progress.score;
    const rows = CHAPTERS.filter((chapter) => this.#progress.scoreOf(chapter).of > 0).map((chapter) => {
      const score = this.#progress.scoreOf(chapter);
      return el("li", { dataset: { tone: score.right === score.of ? "ok" : "stranger" } },
        el("span", {}, t(`walkthrough.${chapter.id}.title`)), el("span", { className: "tag" }, `${score.right} / ${score.of}`));
    });
    return el("section", { className: "scores" },
      el("p", { className: "score" }, of > 0 ? t("walkthrough.total", { right, of }) : t("walkthrough.no-total")),
      el("ul", {}, ...rows));
  }

  #tell(answer, build) {
    const text = lookUp(`walkthrough.builds.${build.id}`);
    const missing = build.rows.filter((name) => !this.#progress.resultOf(name));
    const typed = missing.filter((name) => this.#lab.commandOf(name));
    const runs = missing.filter((name) => !this.#lab.commandOf(name));
    answer.replaceChildren(
      el("h2", {}, text.build),
      ...text.because.map((reason) => el("p", {}, reason)),
      el("h3", {}, t("walkthrough.price")),
      el("ul", { className: "prices" }, ...text.price.map((price) => el("li", {}, price))),
      el("h3", {}, t("walkthrough.measured-here")),
      ...(runs.length > 0 ? [this.#measureAll(answer, build, runs)] : []),
      ...(typed.length > 0 ? [typedRun(typedTogether(typed, this.#lab.commandOf))] : []),
      this.#table(build));
  }

  #measureAll(answer, build, missing) {
    const button = el("button", { type: "button", dataset: { action: "measure-rows" } }, t("walkthrough.measure-rows", { n: missing.length }));
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
    return el("div", { className: "scrolls", tabIndex: 0, role: "region", ariaLabel: t("walkthrough.measured-here") },
      el("table", { className: "result" },
        el("thead", {}, el("tr", {}, el("th", {}, ""), ...schemes.map((scheme) =>
          el("th", { scope: "col", dataset: { scheme } }, el("span", { className: "swatch" }), ` ${scheme}`)))),
        el("tbody", {}, ...rows.map((name) => el("tr", {},
          el("th", { scope: "row" }, this.#lab.questionOf(name)),
          ...schemes.map((scheme) => el("td", {}, ...cellOf(name, scheme))))))));
  }
}
