// What came of a class, to print. The teacher chooses whether the score is on it, and whether it has names.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { letter } from "../round.js";
import { ask } from "../wall/link.js";

const byId = (id) => document.getElementById(id);

function roundOf(round, people) {
  const { number, question, scheme, choices, first, second, seen, measured, right, rows, lesson } = round;
  const votes = (counts, i) => el("td", {}, el("meter", { max: Math.max(people, 1), value: counts[i] }), counts[i]);
  return el("section", { className: "round" },
    el("h2", {}, `${number} · ${question}`),
    el("p", {}, t("result.about", { scheme })),
    el("table", {},
      el("thead", {}, el("tr", {}, ...["choice", "first", "second", "seen"].map((column) => el("th", { scope: "col" }, t(`result.${column}`))))),
      el("tbody", {}, ...choices.map((text, i) => el("tr", { dataset: { measured: String(i === measured) } },
        el("th", { scope: "row" }, el("b", {}, letter(i)), text, i === measured ? el("strong", {}, `✓ ${t("result.measured")}`) : ""),
        votes(first, i), votes(second, i), votes(seen, i))))),
    el("p", {}, measured === null ? t("result.not-measured") : t("result.right", { right, people })),
    el("dl", {}, ...(rows ?? []).flatMap((row) => [el("dt", {}, row.scheme), el("dd", {}, row.observed)])),
    el("p", { className: "lesson" }, lesson ?? ""));
}

/** The score as lines: how many people have how many right answers, or each person with a name. */
function scoreLines(scores, named) {
  if (named) return scores.map(({ name, right, of }) => [name, t("result.of", { right, of })]);
  const people = new Map();
  for (const { right } of scores) people.set(right, (people.get(right) ?? 0) + 1);
  return [...people].map(([right, n]) => [t("result.answers", { n: right }), n]);
}

function showScore(scores, how) {
  byId("score").hidden = how === "none";
  byId("score-lines").replaceChildren(...scoreLines(scores, how === "names").map(([what, value]) => el("li", {}, el("span", {}, what), " ", el("b", {}, value))));
}

const result = await ask("/class/result");
if (result === null) {
  byId("message").textContent = t("result.no-key");
} else {
  const { title, people, rounds, scores } = result;
  if (title) byId("title").textContent = title;
  byId("facts").textContent = t("result.facts", { people, rounds: rounds.length, date: new Date().toLocaleDateString(document.documentElement.lang, { dateStyle: "long" }) });
  byId("rounds").replaceChildren(...rounds.map((round) => roundOf(round, people)));
  if (rounds.length === 0) byId("rounds").textContent = t("result.nothing");
  byId("how").addEventListener("change", ({ target }) => showScore(scores, target.value));
  byId("print").addEventListener("click", () => window.print());
}
