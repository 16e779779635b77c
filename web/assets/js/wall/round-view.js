// The question on the wall. How a vote came out is shown when the teacher wants it, and at the end.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { countdown, letter } from "../round.js";


export function showRound(place, round, people) {
  const parts = [
    el("p", { className: "phase" }, `${round.number} · ${t(`wall.phase-${round.phase}`)}`),
    el("h2", {}, round.question),
    el("p", { className: "about" }, t("wall.about", { scheme: round.scheme }), " ", el("span", { className: "quiet" }, t(`scheme.${round.scheme}.is`))),
  ];
  if (round.phase === "run" && !round.ready) parts.push(el("p", { className: "about" }, t("wall.running")));
  else if (round.failed) parts.push(el("p", { className: "about" }, t("wall.failed")));
  else parts.push(choices(round));
  if (["vote", "again", "seen", "closed", "closed2"].includes(round.phase)) parts.push(el("p", { className: "voted" }, t("wall.voted", { voted: round.voted, people })));
  if (round.phase === "discuss") parts.push(countdown(round.left_ms, "voted"));
  if (round.phase === "lesson") parts.push(...told(round, people));
  place.replaceChildren(el("div", { className: "round-now", dataset: { phase: round.phase } }, ...parts));
}

function choices(round) {
  const columns = [["first", round.first], ["second", round.second]].filter(([, counts]) => counts);
  return el("div", { className: "choices" }, ...round.choices.map((text, i) => {
    const bars = columns.map(([name, counts]) => {
      const all = Math.max(counts.reduce((sum, n) => sum + n, 0), 1);
      return el("span", { className: "bar" }, el("small", {}, t(`wall.${name}`)), el("meter", { max: all, value: counts[i] }), `${counts[i]}`);
    });
    return el("div", { className: "choice", dataset: { measured: String(round.measured === i) } }, el("span", {}, el("b", {}, letter(i)), text), ...bars);
  }));
}

function told(round, people) {
  const rows = (round.rows ?? []).flatMap(({ scheme, observed }) => [el("b", {}, scheme), el("span", {}, observed)]);
  return [
    el("p", { className: "voted" }, t("wall.right", { right: round.right, people })),
    el("div", { className: "played" }, ...rows),
    el("p", { className: "lesson" }, round.lesson ?? ""),
  ];
}
