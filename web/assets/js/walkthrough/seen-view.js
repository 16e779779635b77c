// What did you see? Asked after the film and before the answer, about the scheme that surprises most.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { keyOf, UNSURE } from "./progress.js";

const CHOICES = 3;

/** The scheme to ask about: one that the reader predicted wrong, else the one that the chapter names. */
export function surprising(chapter, progress) {
  const isWrong = (scheme) => {
    const said = progress.predictionOf(chapter, scheme);
    return said !== UNSURE && said !== keyOf(progress.cellOf(chapter, scheme)?.outcome);
  };
  return isWrong(chapter.surprise) ? chapter.surprise : (chapter.asks.find(isWrong) ?? chapter.surprise);
}

/** What was measured and two others, in the order of the choices: [{value, label}]. */
export function seenChoices(choices, cell) {
  const value = keyOf(cell.outcome);
  const others = choices.filter((choice) => choice.value !== value).slice(0, CHOICES - 1);
  const measured = choices.find((choice) => choice.value === value) ?? { value, label: cell.observed_text };
  return [...choices.filter((choice) => choice === measured || others.includes(choice)), ...(choices.includes(measured) ? [] : [measured])];
}

export class SeenView {
  #root;

  constructor(root) {
    this.#root = root;
  }

  /** Asks, and resolves when the reader has chosen: to whether it was what happened. question: of the chapter. */
  ask(question, scheme, cell, choices) {
    return new Promise((chosen) => {
      const buttons = seenChoices(choices, cell).map(({ value, label }) => {
        const button = el("button", { type: "button", dataset: { seen: String(value === keyOf(cell.outcome)) } }, label);
        button.addEventListener("click", () => chosen(value === keyOf(cell.outcome)));
        return button;
      });
      this.#root.replaceChildren(
        el("h2", { id: "seen-title", tabIndex: -1 }, t("answer.seen")),
        el("p", { className: "asked-again" }, question),
        el("p", { dataset: { scheme } }, el("span", { className: "swatch" }), ` ${t("answer.seen-asked", { scheme })}`),
        el("div", { className: "seen-choices" }, ...buttons));
    });
  }
}
