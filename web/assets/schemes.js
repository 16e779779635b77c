// The lanes: one for each scheme that is compared on this page.
//
// Five of them, because the lanes of a round take turns at the replicas: with six, and three replicas, each lane would
// always meet the same one.

const sessionLane = (store, carries, truth, goodbye) => ({
  scheme: `session-${store}`,
  base: `/session/${store}`,
  login: `/session/${store}/login`,
  logout: `/session/${store}/logout`,
  bearer: false,
  carries,
  truth,
  goodbye,
});

const tokenLane = (kind, truth) => ({
  scheme: `token-${kind}`,
  base: `/token/${kind}`,
  login: "/authenticate",
  logout: "/token/logout",
  bearer: true,
  carries: "bearer token",
  truth,
  goodbye: "The page keeps the old token: send it again and see.",
});

export const LANES = [
  sessionLane("memory", "cookie, an opaque ID", "one replica’s memory",
    "The browser drops the cookie. The record ends if this replica is the one that has it."),
  sessionLane("redis", "cookie, an opaque ID", "Redis",
    "The browser drops the cookie, and Redis the record."),
  sessionLane("cookie", "cookie, all of it, signed", "the cookie",
    "The browser drops the cookie. A copy of it would still be good."),
  tokenLane("stateless", "the token"),
  tokenLane("revocable", "token, Redis denylist"),
];

/** The name of a lane's cookie. Over TLS the server adds a prefix. */
export function cookieName(lane) {
  return location.protocol === "https:" ? `__Host-${lane.scheme}` : lane.scheme;
}
