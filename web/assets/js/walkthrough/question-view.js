// The question of a chapter: for each scheme that it asks about, the reader picks what they think will happen.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";
import { keyOf } from "./progress.js";
import { typedRun } from "./typed-run.js";

/** What can be predicted in a chapter, in its own words: [{value, label}]. With one replica two outcomes may be the same: one stays. */
export function choicesIn(chapter, choices) {
  const labels = lookUp(`walkthrough.${chapter.id}.choices`);
  const all = choices.map(({ outcome, text }, i) => ({ value: keyOf(outcome), label: labels[i].replaceAll("{choice}", text) }));
  return all.filter(({ value }, i) => all.findLastIndex((one) => one.value === value) === i);
}

export class QuestionView {
  #progress;
  #onRun;
  #root;
  #button; // that runs the experiment; where it has to be typed, what is said meanwhile
  #isTyped = false;
  #chapter;

  constructor(root, progress, onRun) {
    this.#root = root;
    this.#progress = progress;
    this.#onRun = onRun;
  }

  /** choices: what can be predicted; command: what to type, where this lab cannot run the experiment; "" where it can. */
  show(chapter, choices, command) {
    this.#chapter = chapter;
    this.#isTyped = command !== "";
    this.#button = this.#isTyped
      ? el("output", { className: "quiet following" })
      : el("button", { type: "button", className: "primary run", dataset: { action: "run" } });
    if (!this.#isTyped) this.#button.addEventListener("click", () => this.#onRun());
    this.#root.replaceChildren(
      el("h2", { id: "question-title" }, t("walkthrough.predict")),
      el("p", { className: "asked" }, lookUp(`walkthrough.${chapter.id}.question`)),
      ...chapter.asks.map((scheme) => this.#row(scheme, choicesIn(chapter, choices))),
      ...(this.#isTyped
        ? [typedRun(command), this.#button]
        : [el("p", { className: "go" }, this.#button, el("small", {}, t("walkthrough.run-hint")))]),
    );
    this.#label();
  }

  /** What the button says while the lab is at work: how many requests it has sent; null for another experiment. */
  busy(requests) {
    this.#button.ariaDisabled = "true";
    this.#button.textContent = t(`walkthrough.${requests === null ? "runs-another" : "running"}`, { requests });
  }

  ready() {
    this.#button.ariaDisabled = "false";
    this.#label();
  }

  #row(scheme, choices) {
    const said = this.#progress.predictionOf(this.#chapter, scheme);
    const options = choices.map(({ value, label }) => {
      const radio = el("input", { type: "radio", name: `predict-${scheme}`, value, checked: value === said });
      radio.addEventListener("change", () => {
        this.#progress.predict(this.#chapter, scheme, value);
        if (this.#button.ariaDisabled !== "true") this.#label();
      });
      return el("label", { className: "choice" }, radio, el("span", {}, label));
    });
    return el("fieldset", { className: "prediction", dataset: { scheme } },
      el("legend", {}, el("span", { className: "swatch" }), scheme, el("small", {}, t(`scheme.${scheme}.is`))),
      el("div", { className: "choices" }, ...options));
  }

  #label() {
    this.#button.textContent = this.#isTyped ? t("walkthrough.follows") : t(this.#progress.isPredicted(this.#chapter) ? "walkthrough.run" : "walkthrough.run-anyway");
  }
}
