// The question of a chapter. Its answers have letters, and for each scheme the reader picks one. At the run they are locked.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";
import { keyOf, UNSURE } from "./progress.js";
import { typedRun } from "./typed-run.js";

const LETTERS = "ABC";

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
  #unsure; // that runs it without a prediction
  #isTyped = false;
  #chapter;

  /** onRun(isUnsure) is called when the reader wants to see it. */
  constructor(root, progress, onRun) {
    this.#root = root;
    this.#progress = progress;
    this.#onRun = onRun;
  }

  /** choices: what can be predicted; command: what to type, where this lab cannot run the experiment; "" where it can. */
  show(chapter, choices, command) {
    this.#chapter = chapter;
    this.#isTyped = command !== "";
    const isLocked = this.#progress.isLocked(chapter);
    this.#button = this.#isTyped
      ? el("output", { className: "quiet following" })
      : el("button", { type: "button", className: `run ${isLocked ? "" : "primary"}`, dataset: { action: "run" } });
    this.#unsure = el("button", { type: "button", className: "unsure", hidden: this.#isTyped || isLocked, dataset: { action: "unsure" } }, t("walkthrough.unsure"));
    if (!this.#isTyped) this.#button.addEventListener("click", () => this.#onRun(false));
    this.#unsure.addEventListener("click", () => this.#onRun(true));
    const all = choicesIn(chapter, choices);
    this.#root.replaceChildren(
      el("h2", { id: "question-title", className: "unseen" }, t("walkthrough.predict")),
      el("p", { className: "asked" }, this.asked),
      ...(isLocked ? [this.#locked(all)] : [legend(all), el("div", { className: "rows" }, ...chapter.asks.map((scheme) => this.#row(scheme, all)))]),
      ...(this.#isTyped ? [typedRun(command), this.#button] : [el("p", { className: "go" }, this.#button, this.#unsure)]),
    );
    this.#label();
  }

  get asked() {
    return lookUp(`walkthrough.${this.#chapter.id}.question`);
  }

  /** Asks what else is measured in a chapter, while that is played. */
  askMore(question) {
    this.#root.replaceChildren(el("p", { className: "asked" }, question));
  }

  /** What the button says while the lab is at work: how many requests it has sent; null for another experiment. */
  busy(requests) {
    for (const button of [this.#button, this.#unsure]) button.ariaDisabled = "true";
    this.#button.textContent = t(`walkthrough.${requests === null ? "runs-another" : "running"}`, { requests });
  }

  ready() {
    this.#unsure.ariaDisabled = "false";
    this.#label();
  }

  /** Moves the focus to the first scheme that nothing is said about yet. */
  ask() {
    const open = this.#chapter.asks.findIndex((scheme) => !this.#progress.predictionOf(this.#chapter, scheme));
    this.#root.querySelectorAll("fieldset")[open]?.querySelector("input").focus();
  }

  #row(scheme, choices) {
    const said = this.#progress.predictionOf(this.#chapter, scheme);
    const options = choices.map(({ value, label }, i) => {
      const radio = el("input", { type: "radio", name: `predict-${scheme}`, value, checked: value === said, ariaLabel: `${LETTERS[i]}: ${label}`, title: label });
      radio.addEventListener("change", () => {
        this.#progress.predict(this.#chapter, scheme, value);
        if (document.documentElement.dataset.busy !== "true") this.#label();
      });
      return el("label", { className: "choice letter" }, radio, el("span", { ariaHidden: "true" }, LETTERS[i]));
    });
    return el("fieldset", { className: "prediction", dataset: { scheme }, title: t(`scheme.${scheme}.is`) },
      el("legend", {}, el("span", { className: "swatch" }), scheme), el("div", { className: "choices" }, ...options));
  }

  /** What was said, in words and no longer to be changed. */
  #locked(choices) {
    return el("ul", { className: "said" }, ...this.#chapter.asks.map((scheme) => {
      const said = this.#progress.predictionOf(this.#chapter, scheme);
      const words = choices.find(({ value }) => value === said)?.label ?? t("walkthrough.said-unsure");
      return el("li", { dataset: { scheme, said: said === UNSURE ? UNSURE : "predicted" } }, el("span", { className: "swatch" }), el("b", {}, scheme), ` ${words}`);
    }));
  }

  #label() {
    const isLocked = this.#progress.isLocked(this.#chapter);
    if (this.#isTyped) this.#button.textContent = t("walkthrough.follows");
    else {
      this.#button.textContent = t(isLocked ? "walkthrough.again" : "walkthrough.run");
      this.#button.ariaDisabled = String(!isLocked && !this.#progress.isPredicted(this.#chapter));
    }
  }
}

const legend = (choices) => el("ol", { className: "letters", ariaHidden: "true" }, ...choices.map(({ label }, i) => (
  el("li", {}, el("b", {}, LETTERS[i]), el("span", {}, label)))));
