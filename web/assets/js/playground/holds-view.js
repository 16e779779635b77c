// What the client holds, in full: any script can read a token, and none a cookie.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { WALLET_CHANGED } from "../model/events.js";
import { schemeNamed } from "../model/schemes.js";
import { tokenParts } from "./credential.js";

export class HoldsView {
  #root = document.getElementById("holds");

  constructor(wallet) {
    const show = () => this.#root.replaceChildren(...credentials(wallet.held));
    wallet.addEventListener(WALLET_CHANGED, show);
    show();
  }
}

function credentials(held) {
  if (held.length === 0) return [el("p", { className: "quiet" }, t("playground.holds-nothing"))];
  const cookies = held.filter(({ kind }) => kind === "cookie");
  const tokens = Map.groupBy(held.filter(({ kind }) => kind === "token"), ({ value }) => value);
  const passwords = held.filter(({ kind }) => kind === "password");
  return [
    ...(cookies.length + passwords.length > 0 ? [el("div", {}, ...said(cookies, "cookies"), ...said(passwords, "password"))] : []),
    ...[...tokens.values()].map(token),
  ];
}

const said = (held, kind) => (held.length > 0 ? [title(held), el("p", { className: "quiet" }, t(`playground.holds-${kind}`))] : []);

const title = (held) => el("h3", {}, ...held.map(({ scheme }) => (
  el("span", { dataset: { scheme } }, el("span", { className: "swatch", ariaHidden: "true" }), t(`scheme.${scheme}.name`))
)));

/** Schemes that share a token show it once. */
function token(held) {
  const [{ scheme, value }] = held;
  const is = schemeNamed(scheme).credential === "dpop" ? "bound" : "token";
  return el("div", {}, ...said(held, is), el("p", {}, el("a", { href: `/inspector${location.search}#token=${value}` }, t("playground.inspect"))),
    el("pre", { tabIndex: 0, role: "region", ariaLabel: t("playground.token") }, ...tokenParts(value)),
    el("pre", { tabIndex: 0, role: "region", ariaLabel: t("playground.claims"), dataset: { jwt: "payload" } }, claimsOf(value)));
}

function claimsOf(value) {
  try {
    const text = atob(value.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2);
  } catch {
    return "";
  }
}
