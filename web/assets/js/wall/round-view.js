// The question on the wall. How a vote came out is shown when the teacher wants it, and at the end.

import { el } from "../dom.js";
import { t } from "../lang.js";

const STAMPS = { 200: ["✓", "ok"], 401: ["✕", "stranger"], 403: ["✕", "refused"], 503: ["~", "unsure"] };
const STAMP_EVERY = 120; // ms
const MOST_STAMPS = 60;

export const letter = (i) => String.fromCharCode(65 + i);

let clock;
let playing;
let playedRound = 0;

export function showRound(place, round, people) {
  clearInterval(clock);
  const parts = [
    el("p", { className: "phase" }, `${round.number} · ${t(`wall.phase-${round.phase}`)}`),
    el("h2", {}, round.question),
    el("p", { className: "about" }, t("wall.about", { scheme: round.scheme }), " ", el("span", { className: "quiet" }, t(`scheme.${round.scheme}.is`))),
  ];
  if (round.phase === "run") parts.push(stage(round));
  else parts.push(choices(round));
  if (["vote", "again", "seen", "closed", "closed2"].includes(round.phase)) parts.push(el("p", { className: "voted" }, t("wall.voted", { voted: round.voted, people })));
  if (round.phase === "discuss") parts.push(countdown(round.left_ms));
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

/** What the experiment was answered, one stamp after the other. */
function stage(round) {
  if (round.failed) return el("p", { className: "about" }, t("wall.failed"));
  if (!round.ready) return el("p", { className: "about" }, t("wall.running"));
  const rows = round.rows.map(({ scheme, statuses }) => ({ statuses: statuses.slice(0, MOST_STAMPS), scheme, stamps: el("span", { className: "stamps" }) }));
  const place = el("div", { className: "played" }, ...rows.flatMap(({ scheme, stamps }) => [el("b", {}, scheme), stamps]));
  clearInterval(playing);
  let at = playedRound === round.number ? MOST_STAMPS : 0;
  playedRound = round.number;
  const step = (i) => rows.forEach(({ statuses, stamps }) => {
    if (i >= statuses.length) return;
    const [sign, tone] = STAMPS[statuses[i]] ?? [String(statuses[i]), "unsure"];
    stamps.append(el("span", { className: "stamp", dataset: { tone } }, sign));
  });
  for (let i = 0; i < at; i++) step(i);
  playing = setInterval(() => (at < MOST_STAMPS ? step(at++) : clearInterval(playing)), STAMP_EVERY);
  return place;
}

function told(round, people) {
  const rows = (round.rows ?? []).flatMap(({ scheme, observed }) => [el("b", {}, scheme), el("span", {}, observed)]);
  return [
    el("p", { className: "voted" }, t("wall.right", { right: round.right, people })),
    el("div", { className: "played" }, ...rows),
    el("p", { className: "lesson" }, round.lesson ?? ""),
  ];
}

function countdown(left) {
  const ends = Date.now() + left;
  const shown = el("p", { className: "voted" });
  const tick = () => {
    const seconds = Math.max(Math.round((ends - Date.now()) / 1000), 0);
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  tick();
  clock = setInterval(tick, 1000);
  return shown;
}
