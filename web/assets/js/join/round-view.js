// The question on the phone: two votes, what was seen, and whether it was right.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { countdown, letter } from "../round.js";

const VOTES = { vote: "first", again: "second", seen: "seen" };

/** Shows a round in a place of the page. vote is called with the choice that was pressed. */
export function showRound(place, round, state, vote) {
  place.hidden = !round;
  place.dataset.phase = round ? round.phase : "";
  if (!round) return;
  const parts = [el("h1", {}, round.question), el("p", { className: "quiet" }, t("join.about", { scheme: round.scheme }))];
  const field = VOTES[round.phase];
  if (field) parts.push(...ballot(round, round[field], vote));
  else if (round.phase === "lesson") parts.push(...verdict(round, state));
  else parts.push(el("p", {}, t(`join.phase-${round.phase}`)));
  if (round.phase === "discuss") parts.push(countdown(round.left_ms, "clock"));
  place.textContent = "";
  place.append(...parts);
}

function ballot(round, chosen, vote) {
  const buttons = round.choices.map((text, i) => (
    el("button", { type: "button", onclick: () => vote(i) }, `${letter(i)}  ${text}`)
  ));
  for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(i === chosen));
  return [
    el("p", {}, t(`join.phase-${round.phase}`)),
    el("div", { className: "choices" }, ...buttons),
    el("p", { className: "quiet" }, t(chosen === null ? "join.not-voted" : "join.voted")),
  ];
}

function verdict(round, state) {
  const last = round.second === null ? round.first : round.second;
  const known = round.measured !== null;
  const right = known && last === round.measured;
  const text = !known ? "join.not-measured" : last === null ? "join.no-vote" : right ? "join.right" : "join.wrong";
  const said = el("p", { className: "verdict", dataset: { tone: !known || last === null ? "unsure" : right ? "ok" : "stranger" } }, t(text));
  const lines = [
    ["join.you-first", round.first], ["join.you-second", round.second], ["join.you-seen", round.seen], ["join.measured", round.measured],
  ].filter(([, choice]) => choice !== null).map(([key, choice]) => el("p", {}, t(key), " ", el("b", {}, round.choices[choice])));
  return [said, ...lines, el("p", {}, round.lesson || ""), el("p", { className: "quiet" }, t("join.score", state))];
}
