// The client: one user, and the wallet. The browser holds the cookies and shows them to no script; that one was set is
// known from the answer to the login, and kept by name. Tokens are in this object, in memory only: a reload forgets them.

import { event, EXCHANGE_ENDED, WALLET_CHANGED } from "./events.js";
import { recall, remember } from "../shell/shell.js";
import { Exchange } from "./exchange.js";
import { schemeNamed, SCHEMES } from "./schemes.js";

const COOKIES = "authlab.cookies"; // names of schemes, never a credential

/** What a client holds, by how it travels. */
const KINDS = { basic: "password", cookie: "cookie", bearer: "token", dpop: "token" };
const BEFORE_TOKEN = ["login", "refresh"]; // what is sent without an access token

/** Most pages need no key. */
const makeKey = async () => (await import("./proof-key.js")).ProofKey.make();

export class Wallet extends EventTarget {
  policy = "round-robin"; // how the balancer is asked to choose
  user = null; // {name, password}: who this client says that it is
  #key; // of the scheme whose token is bound to one
  #held = new Map(); // scheme → {scheme, kind: cookie|token|password, value, refresh}; the value of a password is name:password

  constructor() {
    super();
    for (const { name, credential } of SCHEMES) {
      if (credential === "cookie" && recall(COOKIES).split(" ").includes(name)) this.#keep(name, "cookie");
    }
  }

  /** What it holds, in the order of the schemes. value is "" where no script can see it. */
  get held() {
    return SCHEMES.flatMap(({ name: scheme }) => this.#held.get(scheme) ?? []);
  }

  /** Logs in by some schemes, one after the other, and returns their answers. Both Bearer schemes share one token: pair, where another server has given it. */
  async login(user, schemes, pair) {
    this.user = user;
    const answers = [];
    for (const scheme of schemes) {
      const lane = schemeNamed(scheme);
      if (lane.credential === "basic") {
        this.#hold(lane, `${user.name}:${user.password}`);
        continue;
      }
      if (lane.credential === "bearer" && pair) {
        this.#hold(lane, pair.access_token, pair.refresh_token);
        continue;
      }
      const key = lane.credential === "dpop" ? await makeKey() : undefined;
      const exchange = await this.send(lane, "login", {
        method: "POST", path: lane.login, json: { username: user.name, password: user.password },
      }, key);
      answers.push({ lane, exchange });
      if (!exchange.ok) continue;
      if (lane.credential === "bearer") pair = exchange.json;
      this.#key = key ?? this.#key; // a login that fails leaves the key of the token that is held
      this.#hold(lane, exchange.json.access_token, exchange.json.refresh_token);
    }
    return answers;
  }

  /** Asks for a page by a scheme: me or admin. */
  async get(scheme, page = "me") {
    const lane = schemeNamed(scheme);
    return this.send(lane, page, { path: `${lane.base}/${page}` });
  }

  /** Logs out. The token stays here on purpose: what an old one is still worth is a question of its own. */
  async logout(scheme) {
    const lane = schemeNamed(scheme);
    if (!lane.logout) return this.#drop(lane);
    const exchange = await this.send(lane, "logout", { method: "POST", path: lane.logout });
    // 401: this replica had no such session to end, and has taken the cookie away as well.
    if ((exchange.ok || exchange.status === 401) && lane.credential === "cookie") this.#drop(lane);
    return exchange;
  }

  /** Trades the refresh token of a scheme for a new pair, for all schemes that share it. */
  async refresh(scheme) {
    const lane = schemeNamed(scheme);
    const spent = this.#held.get(scheme).refresh;
    const exchange = await this.send(lane, "refresh", { method: "POST", path: lane.refresh, json: { refresh_token: spent } });
    if (!exchange.ok) return exchange;
    for (const held of this.held.filter(({ refresh }) => refresh === spent)) {
      this.#hold(schemeNamed(held.scheme), exchange.json.access_token, exchange.json.refresh_token);
    }
    return exchange;
  }

  /** Forgets everything that a script can forget. Cookies are taken away by the server at logout. */
  clear() {
    this.#held.clear();
    this.#key = undefined;
    this.#changed();
  }

  /** Forgets everything, cookies too: each server is asked to take its own away. */
  async forget() {
    for (const { scheme, kind } of this.held) {
      if (kind === "cookie") await this.logout(scheme);
    }
    this.clear();
  }

  /** A request as this client sends it, with what a script adds: cookies are the browser's. */
  async signed(lane, request, token = this.#held.get(lane.name)?.value, key = this.#key) {
    const headers = { "X-Balance": this.policy, ...(await this.#credential(lane, request, token, key)) };
    const isBare = lane.credential === "basic" && !headers.Authorization;
    return { ...request, headers, credentials: isBare ? "omit" : "same-origin" }; // with cookies, the browser would ask for the password itself
  }

  #credential({ credential }, request, value = "", key) {
    if (credential === "dpop") return key?.headers(request, value);
    if (credential === "bearer" && value) return { Authorization: `Bearer ${value}` };
    if (credential === "basic" && value) return { Authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}` };
  }

  /** Sends a request, and once more if the server asks for a nonce in its proof. */
  async send(lane, action, request, key = this.#key) {
    const send = async () => this.exchange(lane, action, await this.signed(lane, request, BEFORE_TOKEN.includes(action) ? "" : undefined, key));
    const exchange = await send();
    return key?.asks(exchange) ? send() : exchange;
  }

  /** Whether an answer asks for a nonce in the next proof of this client. */
  asks(exchange) {
    return Boolean(this.#key?.asks(exchange));
  }

  /** Sends a request as it is. */
  async exchange(lane, action, request) {
    const exchange = await Exchange.send(request);
    // A cookie from before this page was loaded shows itself by being good.
    if (exchange.ok && lane.credential === "cookie" && ["me", "admin", "email"].includes(action) && !this.#held.has(lane.name)) this.#hold(lane, "");
    this.dispatchEvent(event(EXCHANGE_ENDED, { lane, action, exchange }));
    return exchange;
  }

  #hold(lane, value, refresh = "") {
    this.#keep(lane.name, KINDS[lane.credential], value, refresh);
    this.#changed();
  }

  #keep(scheme, kind, value = "", refresh = "") {
    this.#held.set(scheme, { scheme, kind, value, refresh });
  }

  #drop(lane) {
    this.#held.delete(lane.name);
    this.#changed();
  }

  #changed() {
    remember(COOKIES, this.held.filter(({ kind }) => kind === "cookie").map(({ scheme }) => scheme).join(" "));
    this.dispatchEvent(event(WALLET_CHANGED, this.held));
  }
}
