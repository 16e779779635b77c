// What each scheme gives up: a row for each, a column for each of its numbers, and in each cell whether that is what one would like.

import { el } from "../dom.js";
import { lookUp, number, t } from "../lang.js";

const TEXTS = "answer.best-of-both";
const said = (key) => t(`${TEXTS}.${key}`);
const long = (seconds, minutes) => (seconds ? `${number(seconds)} s` : minutes ? `${number(minutes)} min` : said("no"));

/** Of each column: its text, and whether it is good. */
const COLUMNS = {
  lookups: ({ lookups, pages }) => [`${number(lookups)}`, lookups < pages],
  home: ({ home_calls: calls }) => [`${number(calls)}`, calls === 0],
  reads: ({ script_reads: reads }) => [said(reads ? "yes" : "no"), !reads],
  after: ({ in_s: seconds, in_minutes: minutes }) => [long(seconds, minutes), !seconds && !minutes],
  behind: ({ behind_minutes: minutes }) => (minutes ? [long(0, minutes), false] : ["–", true]),
};

export function compared({ cells }) {
  const names = lookUp(`${TEXTS}.columns`);
  const measured = cells.filter(({ outcome }) => outcome);
  return el("figure", { className: "compared" },
    el("figcaption", {}, t(`${TEXTS}.compared`, { pages: measured[0]?.measures.pages })),
    el("table", { className: "result" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("answer.scheme")), ...Object.keys(COLUMNS).map((column) => el("th", { scope: "col" }, names[column])))),
      el("tbody", {}, ...measured.map(({ scheme, measures }) => el("tr", {},
        el("th", { scope: "row", dataset: { scheme } }, el("span", { className: "swatch" }), ` ${scheme}`),
        ...Object.values(COLUMNS).map((column) => cell(...column(measures))))))));
}

const cell = (text, good) => el("td", {}, el("span", { className: "tag", dataset: { tone: good ? "ok" : "stranger" } }, `${good ? "✓" : "✕"}\u00a0${text}`));
