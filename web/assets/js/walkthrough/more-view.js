// What else the lab can measure in a chapter. Each is run on its own, and without a prediction.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";
import { resultTable } from "./result-view.js";

export class MoreView {
  #root;
  #progress;
  #measure;

  /** measure(name) runs an experiment, and returns when its result is in progress. */
  constructor(root, progress, measure) {
    this.#root = root;
    this.#progress = progress;
    this.#measure = measure;
  }

  show(chapter) {
    const names = chapter.more ?? [];
    this.#root.hidden = names.length === 0;
    this.#root.replaceChildren(el("h2", {}, t("walkthrough.more")), ...names.map((name) => this.#item(name)));
  }

  #item(name) {
    const body = el("div", {});
    const button = el("button", { type: "button", dataset: { action: "more" } }, t("walkthrough.measure"));
    button.addEventListener("click", async () => {
      await this.#measure(name);
      fill();
    });
    const fill = () => {
      const result = this.#progress.resultOf(name);
      body.replaceChildren(...(result ? [resultTable(result), el("p", { className: "told" }, result.lesson)] : []), button);
    };
    fill();
    return el("details", { dataset: { experiment: name } }, el("summary", {}, lookUp(`walkthrough.questions.${name}`)), body);
  }
}
