// The login at another server (OAuth, RFC 9700). The page sends the reader there, and trades the code with which they come
// back for the tokens. The password is typed at the login server, and this page never has it.

import { bytesOf, decode, encode } from "../base64url.js";
import { t } from "../lang.js";
import { CLUSTER_CHANGED } from "../model/events.js";
import { Exchange } from "../model/exchange.js";
import { say } from "../shell/shell.js";

const BEGUN = "authlab.login"; // {state, verifier, search}: a login that this tab has begun, and not what it gives
const PAGE = { client_id: location.origin, redirect_uri: location.origin + location.pathname };
const LOOPBACK = ["127.0.0.1", "localhost"]; // the login server is on the lab's machine alone

const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));

/** Shows the button where the lab has a login server, and sees whether the reader comes from there. */
export function offerOtherLogin(lab, wallet) {
  const button = document.getElementById("other-login");
  lab.addEventListener(CLUSTER_CHANGED, ({ detail: { services } }) => (button.hidden = !services?.issuer || !LOOPBACK.includes(location.hostname)));
  button.addEventListener("click", () => begin(lab.picture.services.issuer));
  const back = [location.search, location.hash.slice(1)].map((text) => new URLSearchParams(text)).find((found) => found.has("state"));
  if (back) comeBack(back, wallet);
}

async function begin(issuer) {
  const [state, verifier] = [random(), random()];
  sessionStorage.setItem(BEGUN, JSON.stringify({ state, verifier, search: location.search }));
  const challenge = encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(verifier))));
  const asked = { response_type: "code", ...PAGE, state, code_challenge: challenge, code_challenge_method: "S256" };
  location.assign(`${issuer}/authorize?${new URLSearchParams(asked)}`);
}

async function comeBack(back, wallet) {
  const { state, verifier, search = "" } = JSON.parse(sessionStorage.getItem(BEGUN)) ?? {};
  if (location.search !== search && !location.hash) return location.replace(`${location.pathname}${search}#${back}`); // in the reader's language
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", location.pathname + search); // the code leaves the address
  if (state !== back.get("state")) return say(t("playground.other-state"), true);
  if (!back.has("code")) return say(t("playground.other-refused", { error: back.get("error") }), true);
  const body = new URLSearchParams({ grant_type: "authorization_code", code: back.get("code"), code_verifier: verifier, ...PAGE });
  const { json, ok } = await Exchange.send({ method: "POST", path: "/lab/client", json: {
    service: "issuer", method: "POST", path: "/token", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: `${body}`,
  } });
  const answer = ok && json.status === 200 ? JSON.parse(json.body) : {};
  if (!answer.access_token) return say(t("playground.other-refused", { error: json?.body || json?.detail || "" }), true);
  const { sub } = JSON.parse(new TextDecoder().decode(decode(answer.access_token.split(".")[1])));
  await wallet.login({ name: sub, password: "" }, ["token-stateless", "token-revocable"], answer);
  say(t("playground.other-done", { user: sub }));
}
