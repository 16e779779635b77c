// What the server itself says of the token, beside what this page says.

import { partsOf, setText } from "../dom.js";
import { problemText, t } from "../lang.js";
import { verdictOf } from "../verdict.js";
import { ASKED, TOKEN_CHECKED } from "./inspection.js";

export function showServer(root, inspection) {
  const { ask, why, answer, status, words, own, same } = partsOf(root);
  ask.addEventListener("click", async () => {
    await inspection.ask();
    answer.scrollIntoView({ block: "nearest" });
  });
  inspection.addEventListener(TOKEN_CHECKED, () => {
    const { keptBecause } = inspection;
    ask.disabled = keptBecause !== "";
    setText(why, keptBecause ? t(`inspector.kept-${keptBecause}`) : t("inspector.ask-about", { path: ASKED }));
    answer.hidden = !inspection.answer;
    if (!inspection.answer) return;
    const { exchange, comparison } = inspection.answer;
    const verdict = verdictOf(exchange.status);
    const { detail = "", user } = exchange.json ?? {};
    answer.dataset.tone = verdict.tone;
    setText(status, `${verdict.symbol} ${exchange.status || ""}`);
    setText(words, exchange.ok ? verdict.words : problemText(exchange));
    setText(own, user ? `${user.name}: ${user.roles.join(", ")}` : detail);
    setText(same, t(`inspector.${comparison}`, { replica: exchange.replica }));
  });
}
