// What a status means, in words, in a symbol and in a tone. The tone is a colour, and never says it alone.

import { tOr } from "./lang.js";

const VERDICTS = new Map([
  [0, { tone: "lost", symbol: "–" }],
  [302, { tone: "ok", symbol: "↩" }],
  [303, { tone: "ok", symbol: "↩" }],
  [401, { tone: "stranger", symbol: "✕" }],
  [403, { tone: "refused", symbol: "⊘" }],
  [429, { tone: "refused", symbol: "⊘" }],
  [502, { tone: "unsure", symbol: "?" }],
  [503, { tone: "unsure", symbol: "?" }],
]);

const KNOWN = { tone: "ok", symbol: "✓" };
const OTHER = { tone: "stranger", symbol: "✕" };

/** The verdict on a status; action is what was asked for: me, admin, email, login, logout or refresh. */
export function verdictOf(status, action = "me") {
  const done = status >= 200 && status < 300;
  const verdict = done ? KNOWN : (VERDICTS.get(status) ?? OTHER);
  const words = done ? tOr(`verdict.${action}`, tOr("verdict.ok", "")) : tOr(`verdict.${status}`, tOr(status < 500 ? "verdict.4xx" : "verdict.5xx", ""));
  return { ...verdict, words };
}
