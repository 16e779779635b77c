// What was measured, beside what the reader said, and the lesson.

import { el } from "../dom.js";
import { number, t } from "../lang.js";
import { keyOf } from "./progress.js";
import { sentence } from "./sentence.js";

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

/**
 * The whole answer of a chapter. rows: {scheme, cell, said, was, because, isSurprise, show} for each scheme that was asked about, with
 * the words of the choices; show() plays the decisive request again, where it was recorded.
 */
export function answer(chapter, result, { rows, said, score, seen, again }) {
  const verdict = chapter.slogan;
  return [
    el("h2", { id: "result-title", tabIndex: -1 }, t("walkthrough.answer")),
    ...(seen ? [el("p", { className: "seen-verdict tag", dataset: { tone: seen.right ? "ok" : "stranger" } }, `${seen.right ? "✓" : "✕"} ${t(`walkthrough.seen-${seen.right ? "right" : "wrong"}`, seen)}`)] : []),
    el("ul", { className: "said-and-was" }, ...rows.map(saidAndWas)),
    ...(score.of > 0 ? [el("p", { className: "score" }, t("walkthrough.score", score))] : []),
    el("figure", { className: "lesson" },
      el("figcaption", {}, t("walkthrough.lesson")),
      el("p", {}, result.lesson),
      el("p", { className: "claim" }, t("walkthrough.often-said"), ` “${result.claim}” `,
        el("strong", { dataset: { slogan: verdict } }, t(`walkthrough.slogans.${verdict}`)), ` ${t(`walkthrough.${chapter.id}.slogan`)}`),
      el("p", { className: "sources" }, t("walkthrough.read-on"), " ", ...links(chapter.sources))),
    el("details", { className: "measured-all" }, el("summary", {}, t("walkthrough.table")), resultTable(result, said),
      el("p", { className: "quiet took" }, t("walkthrough.took", { seconds: number(result.duration_ms / 1000, 1) }))),
    el("p", { className: "go again" }, ...again),
  ];
}

function saidAndWas({ scheme, cell, said, was, because, isSurprise, show }) {
  const kind = !said ? "nothing" : said === was ? "right" : "wrong";
  const words = sentence(`walkthrough.said-${kind}`, { said: el("em", {}, said ?? ""), was: el("strong", {}, was) });
  const button = show && el("button", { type: "button", className: "link" }, t("walkthrough.show-request"));
  if (show) button.addEventListener("click", show);
  return el("li", { dataset: { scheme, kind, surprise: String(isSurprise) } },
    el("p", { className: "who" }, el("span", { className: "swatch" }), scheme, el("span", { className: "sign", dataset: { sign: cell.sign.name }, title: cell.sign.text, ariaHidden: "true" }, cell.sign.symbol), el("span", { className: "unseen" }, `(${cell.sign.text})`)),
    el("p", {}, ...words, because ? el("span", { className: "because-of" }, `, ${because}`) : ".", ...(show ? [" ", button] : [])));
}

const links = (sources) => sources.flatMap(({ name, url }, i) => [
  ...(i > 0 ? [" · "] : []),
  el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name),
]);
