// What else the lab can measure in a chapter. Each is run on its own, and without a prediction.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { loadLater } from "./load-later.js";
import { typedRun } from "./typed-run.js";

export class MoreView {
  #root;
  #progress;
  #measure;
  #lab;

  /** measure(name) runs an experiment, and returns when its result is in progress. */
  constructor(root, progress, measure, lab) {
    this.#root = root;
    this.#progress = progress;
    this.#measure = measure;
    this.#lab = lab;
  }

  /** open is the name of the one that is asked for by the address. */
  show(chapter, open) {
    const names = chapter.more ?? [];
    this.#root.hidden = names.length === 0;
    this.#root.replaceChildren(el("h2", {}, t("walkthrough.more")), ...names.map((name) => this.#item(name, name === open)));
  }

  /** Shows a result that has come in, and leaves open what is open. */
  update(name) {
    this.#root.querySelector(`[data-experiment="${name}"]`)?.dispatchEvent(new Event("measured"));
  }

  #item(name, open) {
    const command = this.#lab.commandOf(name);
    const body = el("div", {});
    const button = el("button", { type: "button", dataset: { action: "more" } }, t("walkthrough.measure"));
    button.addEventListener("click", async () => {
      await this.#measure(name);
      fill();
    });
    const fill = async () => {
      const result = this.#progress.resultOf(name);
      const told = result ? [(await loadLater()).resultTable(result), el("p", { className: "told" }, result.lesson)] : [];
      body.replaceChildren(...told, command ? typedRun(command) : button);
    };
    fill();
    const item = el("details", { open, dataset: { experiment: name } }, el("summary", {}, this.#lab.questionOf(name)), body);
    item.addEventListener("measured", fill);
    return item;
  }
}
