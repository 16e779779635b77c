// The seven schemes, and where each is mounted. What they are called and explained with is in the catalogue.

const sessionScheme = (store) => ({
  scheme: `session-${store}`,
  base: `/session/${store}`,
  login: `/session/${store}/login`,
  logout: `/session/${store}/logout`,
  holds: "cookie",
});

const bearerScheme = (kind) => ({
  scheme: `token-${kind}`,
  base: `/token/${kind}`,
  login: "/authenticate",
  logout: "/token/logout",
  holds: "token",
});

export const SCHEMES = [
  { scheme: "basic", base: "/basic", login: "", logout: "", holds: "password" },
  sessionScheme("memory"),
  sessionScheme("redis"),
  sessionScheme("cookie"),
  bearerScheme("stateless"),
  bearerScheme("revocable"),
  { scheme: "token-cookie", base: "/token/cookie", login: "/token/cookie/login", logout: "/token/cookie/logout", holds: "cookie" },
];

export const schemeNamed = (name) => SCHEMES.find(({ scheme }) => scheme === name);

/** The scheme that a path belongs to, or undefined. */
export const schemeOfPath = (path) => SCHEMES.find(({ base }) => path.startsWith(`${base}/`))?.scheme;

/** Whether a request is one of the two logins' own; what is left loads a page. */
export const concernsLogins = (path) => /^\/(basic|session|token|authenticate|\.well-known)(\/|$)/.test(path);

/** The name of a scheme's cookie. Over TLS the server adds a prefix. */
export const cookieName = (scheme) => (location.protocol === "https:" ? `__Host-${scheme}` : scheme);
