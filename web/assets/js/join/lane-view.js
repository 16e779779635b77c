// A lane on the phone: a shape, a word and a colour say whether this person is logged in, logged out, or the server cannot tell.

import { el, setText } from "../dom.js";
import { t } from "../lang.js";
import { toneOf } from "./lane.js";

const SIGNS = { ok: "✓", stranger: "✕", unsure: "?", refused: "!" };
const HUES = 6;

const isLetter = (scheme) => /^token|cookie$/.test(scheme);

/** @param ask, logIn what the two buttons do with the lane */
export function laneView(lane, ask, logIn) {
  const { scheme } = lane.row;
  const sign = el("span", { className: "sign" });
  sign.setAttribute("aria-hidden", "true");
  const word = el("p", { className: "word" });
  const at = el("span", { className: "at" });
  const fact = el("span");
  const again = el("button", { type: "button", className: "again primary", onclick: () => logIn(lane) }, t("join.again"));
  const root = el("li", { className: "lane", dataset: { scheme } },
    el("p", { className: "name" }, el("b", {}, scheme), ` · ${t(isLetter(scheme) ? "join.letter" : "join.ticket")} · ${t(`join.truth.${scheme}`)}`),
    sign, el("div", {}, word, el("p", { className: "fact" }, at, " ", fact)),
    el("button", { type: "button", onclick: () => ask(lane) }, t("join.ask")), again);

  return {
    root,
    show() {
      const tone = lane.status === null ? "" : toneOf(lane.status);
      root.dataset.tone = tone;
      setText(sign, SIGNS[tone] || "…");
      setText(word, t(`join.is-${tone || "waiting"}`));
      setText(at, lane.replica);
      at.dataset.replica = Number(lane.replica.split("-").pop()) % HUES;
      at.hidden = !lane.replica;
      setText(fact, lane.status === null ? "" : t("join.answer", { status: lane.status || t("join.none") }) + (lane.isAdmin ? ` · ${t("join.admin")}` : ""));
      again.hidden = tone !== "stranger";
    },
  };
}
