// What was measured, beside what the reader said, and the lesson.

import { el } from "../dom.js";
import { lookUp, number, t } from "../lang.js";
import { compared } from "./compared.js";
import { keyOf } from "./progress.js";
import { sentence } from "./sentence.js";
import { SOURCES } from "./sources.js";

/** The table of a result. said(scheme) is what the reader predicted: {value, label}, or nothing. */
export function resultTable(result, said = () => null) {
  const predicted = result.cells.some((cell) => said(cell.scheme));
  const head = ["scheme", ...(predicted ? ["you-said"] : []), "measured"];
  return el("table", { className: "result" },
    el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, t(`answer.${name}`))))),
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
export function measured({ sign, observed_text: text }) {
  const [symbol, words] = signOf(sign);
  return [symbol, ` ${text} `, words];
}

/** The sign of what a result means, to see and to hear. */
const signOf = (sign) => [
  el("span", { className: "sign", dataset: { sign: sign.name }, title: sign.text, ariaHidden: "true" }, sign.symbol),
  el("span", { className: "unseen" }, `(${sign.text})`),
];

/**
 * The whole answer of a chapter. choices: what could be predicted; showMoment(scheme) plays the decisive request again, null without a
 * recording; again: buttons that show or run it once more.
 */
export function answer(chapter, { progress, choices, showMoment, again }) {
  const result = progress.resultOf(chapter.experiment);
  const score = progress.scoreOf(chapter);
  const seen = progress.seenIn(chapter);
  const said = (scheme) => choices.find(({ value }) => value === progress.predictionOf(chapter, scheme)) ?? null;
  const measuredSchemes = chapter.asks.filter((scheme) => progress.cellOf(chapter, scheme)?.outcome);
  return [
    el("h2", { id: "result-title", tabIndex: -1 }, t("answer.title")),
    ...(seen ? [el("p", { className: "seen-verdict tag", dataset: { tone: seen.right ? "ok" : "stranger" } }, `${seen.right ? "✓" : "✕"} ${t(`answer.seen-${seen.right ? "right" : "wrong"}`, seen)}`)] : []),
    el("ul", { className: "said-and-was" }, ...measuredSchemes.map((scheme) => {
      const cell = progress.cellOf(chapter, scheme);
      const was = choices.find(({ value }) => value === keyOf(cell.outcome))?.label ?? cell.observed_text;
      return saidAndWas(chapter, cell, said(scheme)?.label, was, showMoment);
    })),
    ...(score.of > 0 ? [el("p", { className: "score" }, t("answer.score", score))] : []),
    ...(chapter.compares ? [compared(result)] : []),
    el("figure", { className: "lesson" },
      el("figcaption", {}, t("answer.lesson")),
      el("p", {}, result.lesson),
      el("p", { className: "claim" }, t("answer.often-said"), ` “${result.claim}” `,
        el("strong", { dataset: { slogan: chapter.slogan } }, t(`answer.slogans.${chapter.slogan}`)), ` ${t(`answer.${chapter.id}.slogan`)}`),
      el("p", { className: "sources" }, t("answer.read-on"), " ", ...links(SOURCES[chapter.id]))),
    el("details", { className: "measured-all" }, el("summary", {}, t("answer.table")), resultTable(result, said),
      el("p", { className: "quiet took" }, t("answer.took", { seconds: number(result.duration_ms / 1000, 1) }))),
    el("p", { className: "go again" }, ...again),
  ];
}

/** What the reader said about one scheme, what it was, and why. */
function saidAndWas(chapter, { scheme, sign, as_predicted: asPredicted }, said, was, showMoment) {
  const kind = !said ? "nothing" : said === was ? "right" : "wrong";
  const words = sentence(`answer.said-${kind}`, { said: el("em", {}, said ?? ""), was: el("strong", {}, was) });
  const because = asPredicted ? lookUp(`answer.${chapter.id}.because.${scheme}`) : "";
  const show = [];
  if (showMoment && chapter.moments?.[scheme]) {
    const button = el("button", { type: "button", className: "link" }, t("answer.show-request"));
    button.addEventListener("click", () => showMoment(scheme));
    show.push(" ", button);
  }
  return el("li", { dataset: { scheme, kind, surprise: String(scheme === chapter.surprise) } },
    el("p", { className: "who" }, el("span", { className: "swatch" }), scheme, ...signOf(sign)),
    el("p", {}, ...words, because ? el("span", { className: "because-of" }, `, ${because}`) : ".", ...show));
}

const links = (sources) => sources.flatMap(({ name, url }, i) => [
  ...(i > 0 ? [" · "] : []),
  el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name),
]);
