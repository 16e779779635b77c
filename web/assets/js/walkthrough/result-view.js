// What was measured, beside what the reader said, and the lesson.

import { el } from "../dom.js";
import { number, t } from "../lang.js";
import { keyOf } from "./progress.js";

/** The table of a result. said(scheme) is what the reader predicted: {value, label}, or nothing. */
export function resultTable(result, said = () => null) {
  const predicted = result.cells.some((cell) => said(cell.scheme));
  const head = ["scheme", ...(predicted ? ["you-said"] : []), "measured"];
  return el("table", { className: "result" },
    el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, t(`walkthrough.${name}`))))),
    el("tbody", {}, ...result.cells.map((cell) => row(cell, predicted, said(cell.scheme)))));
}

function row(cell, predicted, said) {
  const right = said?.value === keyOf(cell.outcome);
  const cells = [
    el("th", { scope: "row", dataset: { scheme: cell.scheme } }, el("span", { className: "swatch" }), ` ${cell.scheme}`),
  ];
  if (predicted) {
    const mark = said ? el("span", { className: "tag", dataset: { tone: right ? "ok" : "stranger" } }, `${right ? "✓" : "✕"} ${said.label}`) : "–";
    cells.push(el("td", {}, mark));
  }
  cells.push(el("td", { className: "measured" }, ...measured(cell)));
  return el("tr", { dataset: { asked: String(Boolean(said)) } }, ...cells);
}

/** What was measured in a cell, after the sign of what it means. */
export const measured = ({ sign, observed_text: text }) => [
  el("span", { className: "sign", dataset: { sign: sign.name }, title: sign.text, ariaHidden: "true" }, sign.symbol),
  ` ${text} `,
  el("span", { className: "unseen" }, `(${sign.text})`),
];

/** The whole answer of a chapter: table, score, lesson, sources. */
export function answer(result, { said, score, sources }) {
  const parts = [el("h2", { id: "result-title", tabIndex: -1 }, t("walkthrough.answer"))];
  if (score.of > 0) parts.push(el("p", { className: "score" }, t("walkthrough.score", score)));
  parts.push(resultTable(result, said));
  parts.push(el("figure", { className: "lesson" },
    el("figcaption", {}, t("walkthrough.lesson")),
    el("p", {}, result.lesson),
    el("p", { className: "claim" }, el("strong", {}, t("walkthrough.often-said")), ` ${result.claim}`),
    el("p", { className: "sources" }, t("walkthrough.read-on"), " ", ...links(sources))));
  parts.push(el("p", { className: "quiet took" }, t("walkthrough.took", { seconds: number(result.duration_ms / 1000, 1) })));
  return parts;
}

const links = (sources) => sources.flatMap(({ name, url }, i) => [
  ...(i > 0 ? [" · "] : []),
  el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name),
]);
