// What a status means, in words, in a symbol and in a tone. The tone is a colour, and never says it alone.

const VERDICTS = new Map([
  [0, { tone: "lost", symbol: "–", words: "No answer" }],
  [200, { tone: "ok", symbol: "✓", words: "I know you" }],
  [401, { tone: "stranger", symbol: "✕", words: "I don’t know you" }],
  [403, { tone: "refused", symbol: "⊘", words: "I know you, and no" }],
  [429, { tone: "refused", symbol: "⊘", words: "Too many tries" }],
  [502, { tone: "unsure", symbol: "?", words: "No replica answers" }],
  [503, { tone: "unsure", symbol: "?", words: "I can’t tell right now" }],
]);

const DONE = { login: "Logged in", logout: "Logged out" };

/** The verdict on a status; errand is what was asked for: me, admin, login or logout. */
export function verdictOf(status, errand = "") {
  if (status >= 200 && status < 300) return { ...VERDICTS.get(200), words: DONE[errand] ?? "I know you" };
  return VERDICTS.get(status) ?? { tone: "stranger", symbol: "✕", words: status < 500 ? "Not like this" : "A mistake here" };
}
