// The chapters, in order. What they say is in the catalogue, by the same names; here is what they do.
//
// experiment  what the lab runs to answer the question; more: what else it can run here
// asks        the schemes that the reader predicts for; what can be predicted, the lab tells
// surprise    the one of them whose outcome most readers do not expect: the film ends on it
// moments     the status of the request in which it is decided, by scheme
// slogan      what is left of what is often said: false, half, if
// yourTurn    what the reader can do with their own browser, and with which schemes; hands: see hands/hands.js
// light       what the story is about on the stage
// sources     where to read on

const RFC = (number, section) => ({
  name: section ? `RFC ${number}, §${section}` : `RFC ${number}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}${section ? `#section-${section}` : ""}`,
});
const OWASP = (name, page) => ({ name: `OWASP, ${name}`, url: `https://cheatsheetseries.owasp.org/cheatsheets/${page}_Cheat_Sheet.html` });

const SESSIONS = OWASP("Session Management", "Session_Management");

export const CHAPTERS = [
  { id: "opening", light: [], sources: [] },
  {
    id: "http-forgets",
    experiment: "http-forgets",
    asks: ["basic", "session-redis", "token-stateless"],
    surprise: "basic",
    slogan: "half",
    yourTurn: { schemes: ["basic", "session-redis", "token-stateless"], actions: ["visit", "login", "logout"] },
    light: ["client"],
    sources: [RFC(9110, "3.3"), RFC(7617)],
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
    sources: [RFC(6265), SESSIONS],
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
    sources: [RFC(7519), RFC(7515), RFC(9068)],
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
    sources: [{ name: "nginx, upstream", url: "https://nginx.org/en/docs/http/ngx_http_upstream_module.html" }],
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
    sources: [{ name: "nginx, sticky", url: "https://nginx.org/en/docs/http/ngx_http_upstream_module.html#sticky" }],
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
    sources: [{ name: "Redis, GETEX", url: "https://redis.io/docs/latest/commands/getex/" }, SESSIONS],
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
    sources: [RFC(9110, "15.6.4"), RFC(9457)],
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
    sources: [RFC(7009), RFC(9700, "4.14"), OWASP("JSON Web Token", "JSON_Web_Token_for_Java")],
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
    sources: [RFC(8725), RFC(9700), OWASP("Cross-Site Request Forgery Prevention", "Cross-Site_Request_Forgery_Prevention")],
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
    more: ["introspection", "backend-for-frontend", "kid-storm", "cross-origin", "script-reads", "remember-me", "tossed-cookie", "framed"],
    sources: [RFC(7517), { name: "Fetch, CORS", url: "https://fetch.spec.whatwg.org/#http-cors-protocol" }],
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
    sources: [RFC(6265, "6.1"), RFC(9110, "5.4")],
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
    sources: [{ name: "W3C, Server-Timing", url: "https://www.w3.org/TR/server-timing/" }],
  },
  { id: "your-verdict", light: [], sources: [] },
];

/** The chapters that ask and measure something. */
export const QUESTIONS = CHAPTERS.filter(({ experiment }) => experiment);

/** What a reader may be building, how the three questions are answered for it (decision.js), and the experiments that bear on it. */
export const BUILDS = [
  { id: "browser-app", decision: [0, 0, 0], schemes: ["session-redis", "session-cookie", "token-cookie"], rows: ["csrf", "script-reads", "logout", "redis-down"] },
  { id: "mobile-api", decision: [1, 1, 1], schemes: ["token-stateless", "token-revocable", "session-redis"], rows: ["refresh-reuse", "stolen", "logout", "cross-origin"] },
  { id: "microservices", decision: [1, 1, 1], schemes: ["token-stateless", "token-revocable", "session-redis"], rows: ["other-service", "stale-role", "key-rotation", "redis-down"] },
  { id: "bank", decision: [0, 0, 0], schemes: ["session-redis", "token-revocable", "token-stateless"], rows: ["logout-everywhere", "back-button", "stale-role", "stolen", "logout"] },
  { id: "small-tool", decision: [0, 0, 0], schemes: ["session-memory", "session-cookie", "session-redis"], rows: ["rolling-deploy", "sticky-replica-dies", "logout", "store-lookups"] },
];
