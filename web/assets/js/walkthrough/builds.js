/** What a reader may be building, how the three questions are answered for it (decision.js), and the experiments that bear on it. */
export const BUILDS = [
  { id: "browser-app", decision: [0, 0, 0], schemes: ["session-redis", "session-cookie", "token-cookie"], rows: ["csrf", "script-reads", "logout", "redis-down"] },
  { id: "mobile-api", decision: [1, 1, 1], schemes: ["token-stateless", "token-revocable", "session-redis"], rows: ["refresh-reuse", "stolen", "logout", "cross-origin"] },
  { id: "microservices", decision: [1, 1, 1], schemes: ["token-stateless", "token-revocable", "session-redis"], rows: ["other-service", "stale-role", "key-rotation", "redis-down"] },
  { id: "bank", decision: [0, 0, 0], schemes: ["session-redis", "token-revocable", "token-stateless"], rows: ["logout-everywhere", "back-button", "stale-role", "stolen", "logout"] },
  { id: "small-tool", decision: [0, 0, 0], schemes: ["session-memory", "session-cookie", "session-redis"], rows: ["rolling-deploy", "sticky-replica-dies", "logout", "store-lookups"] },
];
