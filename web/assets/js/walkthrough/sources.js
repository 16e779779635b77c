// Where to read on, chapter by chapter.

const RFC = (number, section) => ({
  name: section ? `RFC ${number}, §${section}` : `RFC ${number}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}${section ? `#section-${section}` : ""}`,
});
const OWASP = (name, page) => ({ name: `OWASP, ${name}`, url: `https://cheatsheetseries.owasp.org/cheatsheets/${page}_Cheat_Sheet.html` });

const SESSIONS = OWASP("Session Management", "Session_Management");

export const SOURCES = {
  "http-forgets": [RFC(9110, "3.3"), RFC(7617)],
  "the-ticket": [RFC(6265), SESSIONS],
  "the-signed-letter": [RFC(7519), RFC(7515), RFC(9068)],
  "three-desks": [{ name: "nginx, upstream", url: "https://nginx.org/en/docs/http/ngx_http_upstream_module.html" }],
  "always-the-same-desk": [{ name: "nginx, sticky", url: "https://nginx.org/en/docs/http/ngx_http_upstream_module.html#sticky" }],
  "one-filing-cabinet": [{ name: "Redis, GETEX", url: "https://redis.io/docs/latest/commands/getex/" }, SESSIONS],
  "the-cabinet-burns": [RFC(9110, "15.6.4"), RFC(9457)],
  "leaving": [RFC(7009), RFC(9700, "4.14"), OWASP("JSON Web Token", "JSON_Web_Token_for_Java")],
  "thieves-and-forgers": [RFC(8725), RFC(9700), OWASP("Cross-Site Request Forgery Prevention", "Cross-Site_Request_Forgery_Prevention")],
  "other-desks-and-other-pages": [RFC(7517), { name: "Fetch, CORS", url: "https://fetch.spec.whatwg.org/#http-cors-protocol" }],
  "in-your-hand": [RFC(6265, "6.1"), RFC(9110, "5.4")],
  "the-bill": [{ name: "W3C, Server-Timing", url: "https://www.w3.org/TR/server-timing/" }],
  "best-of-both": [RFC(10017, "6.1"), RFC(9700, "2.2.2"), SESSIONS],
};
