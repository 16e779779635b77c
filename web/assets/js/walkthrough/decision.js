// The decision as a picture: three questions, and what is answered to each.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";

const QUESTIONS = ["truth", "way", "back"];

/** answers: for each question the first answer (0) or the second (1). */
export function decision(answers) {
  const steps = QUESTIONS.map((question, i) => {
    const [asked, ...choices] = lookUp(`last-page.decision.${question}`);
    return el("li", {}, el("b", {}, asked), ...choices.map((choice, n) => el("span", { dataset: { chosen: String(n === answers[i]) } }, `${n === answers[i] ? "● " : "○ "}${choice}`)));
  });
  return el("figure", { className: "decision" },
    el("figcaption", {}, t("last-page.decision.title")),
    el("ol", {}, ...steps));
}
