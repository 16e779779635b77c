// The chapters, in order. What they say is in the catalogue, by the same names; here is what they do.
//
// experiment  what the lab runs to answer the question; more: what else it can run here
// asks        the schemes that the reader predicts for; what can be predicted, the lab tells
// surprise    the one of them whose outcome most readers do not expect: the film ends on it
// moments     the status of the request in which it is decided, by scheme
// slogan      what is left of what is often said: false, half, if
// compares    whether the answer has a table of what each scheme gives up
// yourTurn    what the reader can do with their own browser, and with which schemes; hands: see hands/hands.js
// light       what the story is about on the stage

export const CHAPTERS = [
  { id: "opening", light: [] },
  {
    id: "http-forgets",
    experiment: "http-forgets",
    asks: ["basic", "session-redis", "token-stateless"],
    surprise: "basic",
    slogan: "half",
    yourTurn: { schemes: ["basic", "session-redis", "token-stateless"], actions: ["visit", "login", "logout"] },
    light: ["client"],
  },
  {
    id: "the-ticket",
    experiment: "reference-or-value",
    asks: ["session-memory", "session-redis"],
    surprise: "session-redis",
    slogan: "false",
    yourTurn: { schemes: ["session-memory", "session-redis"], actions: ["login", "visit", "logout"] },
    light: ["client", "redis"],
    more: ["fixation"],
  },
  {
    id: "the-signed-letter",
    experiment: "tamper",
    asks: ["token-stateless", "session-cookie"],
    surprise: "token-stateless",
    slogan: "false",
    moments: { "token-stateless": 401, "session-cookie": 401 },
    yourTurn: { schemes: ["token-stateless"], hands: { name: "tamper" }, actions: [] },
    light: ["client"],
  },
  {
    id: "three-desks",
    experiment: "round-robin",
    asks: ["session-memory", "session-redis", "token-stateless"],
    surprise: "session-memory",
    slogan: "if",
    moments: { "session-memory": 401 },
    yourTurn: { schemes: ["session-memory", "session-redis", "token-stateless"], actions: ["login", "visit", "visit-ten"] },
    light: ["balancer", "replicas"],
  },
  {
    id: "always-the-same-desk",
    experiment: "sticky-replica-dies",
    asks: ["session-memory", "session-redis", "token-stateless"],
    surprise: "session-memory",
    slogan: "if",
    moments: { "session-memory": 401 },
    yourTurn: {
      policy: "sticky", schemes: ["session-memory", "session-redis", "token-stateless"], actions: ["login", "visit-ten", "kill-mine", "revive"],
    },
    light: ["balancer", "replicas"],
    more: ["sticky", "replica-silent", "rolling-deploy", "scale-out", "one-address"],
  },
  {
    id: "one-filing-cabinet",
    experiment: "store-lookups",
    asks: ["session-redis", "token-stateless", "token-revocable"],
    surprise: "token-revocable",
    slogan: "half",
    yourTurn: { schemes: ["session-redis", "token-stateless", "token-revocable"], actions: ["login", "visit", "visit-ten"] },
    light: ["redis"],
    more: ["cached-session", "lost-update", "boot-key", "key-rotation"],
  },
  {
    id: "the-cabinet-burns",
    experiment: "redis-down",
    asks: ["session-memory", "session-redis", "token-stateless", "token-revocable"],
    surprise: "session-redis",
    slogan: "false",
    moments: { "session-redis": 503, "token-revocable": 503 },
    yourTurn: {
      policy: "sticky", schemes: ["session-memory", "session-redis", "token-stateless", "token-revocable"],
      actions: ["login", "stop-redis", "visit", "start-redis"],
    },
    light: ["redis"],
    more: ["redis-back", "failover", "relogin-herd"],
  },
  {
    id: "leaving",
    experiment: "logout",
    asks: ["session-redis", "session-cookie", "token-stateless", "token-revocable"],
    surprise: "session-cookie",
    slogan: "half",
    moments: { "session-redis": 401, "token-revocable": 401 },
    yourTurn: {
      policy: "sticky", schemes: ["session-redis", "session-cookie", "token-stateless", "token-revocable"],
      hands: { name: "outside", actions: ["login", "ask", "logout", "again"] }, actions: [],
    },
    light: ["client", "redis"],
    more: ["logout-everywhere", "password-change", "third-device", "open-socket", "back-button", "stale-role", "expiry", "clock-skew"],
  },
  {
    id: "thieves-and-forgers",
    experiment: "stolen",
    asks: ["session-redis", "session-cookie", "token-stateless", "token-revocable"],
    surprise: "session-cookie",
    slogan: "if",
    moments: { "session-redis": 401, "token-revocable": 401 },
    yourTurn: {
      schemes: ["session-redis", "session-cookie", "token-stateless", "token-revocable"],
      hands: { name: "outside", actions: ["login", "copy", "thief", "logout"] }, actions: [],
    },
    light: ["client"],
    more: ["forgery", "key-leak", "in-the-log", "csrf", "login-csrf", "oauth-code", "refresh-reuse", "concurrent-refresh", "two-tabs", "retry-storm", "bound-session", "proof-replay"],
  },
  {
    id: "other-desks-and-other-pages",
    experiment: "other-service",
    asks: ["session-redis", "token-stateless", "token-revocable"],
    surprise: "token-revocable",
    slogan: "if",
    moments: { "session-redis": 503, "token-revocable": 503 },
    yourTurn: {
      schemes: ["session-redis", "token-stateless", "token-revocable"],
      hands: { name: "outside", actions: ["login", "reports", "cut", "mend", "logout"] }, actions: [],
    },
    light: ["reports"],
    more: ["introspection", "kid-storm", "cross-origin", "script-reads", "remember-me", "tossed-cookie", "framed"],
  },
  {
    id: "in-your-hand",
    experiment: "size",
    asks: ["session-redis", "session-cookie", "token-stateless"],
    surprise: "token-stateless",
    slogan: "if",
    yourTurn: { schemes: ["session-redis", "session-cookie", "token-stateless"], hands: { name: "permissions" }, actions: [] },
    light: ["client"],
    more: ["server-memory"],
  },
  {
    id: "the-bill",
    experiment: "latency",
    asks: ["session-memory", "session-redis", "token-stateless", "token-revocable"],
    surprise: "token-revocable",
    slogan: "half",
    yourTurn: { schemes: ["session-memory", "session-redis", "token-stateless", "token-revocable"], policy: "sticky", hands: { name: "distance" }, actions: [] },
    light: ["redis", "users"],
    more: ["http-forgets", "server-memory"],
  },
  {
    id: "best-of-both",
    experiment: "backend-for-frontend",
    asks: ["token-stateless", "token-revocable", "session-cached", "backend-for-frontend"],
    surprise: "backend-for-frontend",
    slogan: "half",
    moments: { "token-stateless": 401, "token-revocable": 401, "session-cached": 401, "backend-for-frontend": 401 },
    yourTurn: {
      schemes: ["session-redis", "token-stateless", "token-revocable"],
      hands: { name: "outside", actions: ["login", "reports", "logout", "again"] }, actions: [],
    },
    compares: true,
    light: ["redis", "reports"],
    more: ["cached-session", "introspection"],
  },
  { id: "your-verdict", light: [] },
];

/** The chapters that ask and measure something. */
export const QUESTIONS = CHAPTERS.filter(({ experiment }) => experiment);
