// The schemes, as the server has them in its one table. What they are called and explained with is in the catalogue.

/** Rows of the table: name, base, login, logout, refresh, credential (basic, cookie, bearer, dpop), cookie_name, … */
export const SCHEMES = JSON.parse(document.getElementById("schemes").content.textContent);

export const schemeNamed = (wanted) => SCHEMES.find(({ name }) => name === wanted);

/** The name of the scheme that a path belongs to, or undefined. */
export const schemeOfPath = (path) => SCHEMES.find(({ base }) => path.startsWith(`${base}/`))?.name;

/** Whether a request is one of the two logins' own; what is left loads a page. */
export const concernsLogins = (path) => /^\/(basic|session|token|authenticate|\.well-known)(\/|$)/.test(path);

/** The name of a scheme's cookie. Over TLS the server adds a prefix. */
export const cookieName = ({ cookie_name: name }) => (location.protocol === "https:" ? `__Host-${name}` : name);
