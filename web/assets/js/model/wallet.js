// The client: one user, and the wallet. The browser holds the cookies and shows them to no script; that one was set is
// known from the answer to the login, and kept by name. Tokens are in this object, in memory only: a reload forgets them.

import { event, EXCHANGE_ENDED, WALLET_CHANGED } from "./events.js";
import { recall, remember } from "../shell/shell.js";
import { Exchange } from "./exchange.js";
import { schemeNamed, SCHEMES } from "./schemes.js";

const COOKIES = "authlab.cookies"; // names of schemes, never a credential

/** What a client holds, by how it travels. */
const KINDS = { basic: "password", cookie: "cookie", bearer: "token" };

export class Wallet extends EventTarget {
  policy = "round-robin"; // how the balancer is asked to choose
  user = null; // {name, password}: who this client says that it is
  #held = new Map(); // scheme → {scheme, kind: cookie|token|password, value, refresh, until}

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

  /** The access token, if there is one. */
  get token() {
    return this.#held.get("token-stateless")?.value ?? this.#held.get("token-revocable")?.value ?? "";
  }

  /** Logs in by some schemes, one after the other, and returns their answers. Both Bearer schemes share one token. */
  async login(user, schemes) {
    this.user = user;
    const answers = [];
    let pair;
    for (const scheme of schemes) {
      const lane = schemeNamed(scheme);
      if (lane.credential === "basic") {
        this.#hold(lane, user.password);
        continue;
      }
      if (lane.credential === "bearer" && pair) {
        this.#hold(lane, pair.access_token, pair.refresh_token);
        continue;
      }
      const exchange = await this.#send(lane, "login", {
        method: "POST", path: lane.login, json: { username: user.name, password: user.password },
      });
      answers.push({ lane, exchange });
      if (!exchange.ok) continue;
      if (lane.credential === "bearer") pair = exchange.json;
      this.#hold(lane, pair?.access_token ?? "", pair?.refresh_token ?? "");
    }
    return answers;
  }

  /** Asks for a page by a scheme: me or admin. */
  async get(scheme, page = "me") {
    const lane = schemeNamed(scheme);
    return this.#send(lane, page, this.signed(lane, { path: `${lane.base}/${page}` }));
  }

  /** Changes the e-mail address by a scheme. */
  async setEmail(scheme, email) {
    const lane = schemeNamed(scheme);
    return this.#send(lane, "email", this.signed(lane, { method: "POST", path: `${lane.base}/email`, json: { email } }));
  }

  /** Logs out. The token stays here on purpose: what an old one is still worth is a question of its own. */
  async logout(scheme) {
    const lane = schemeNamed(scheme);
    if (!lane.logout) return this.#drop(lane);
    const exchange = await this.#send(lane, "logout", this.signed(lane, { method: "POST", path: lane.logout }));
    // 401: this replica had no such session to end, and has taken the cookie away as well.
    if ((exchange.ok || exchange.status === 401) && lane.credential === "cookie") this.#drop(lane);
    return exchange;
  }

  /** Trades the refresh token for a new pair. */
  async refresh() {
    const lane = schemeNamed("token-stateless");
    const refresh = this.#held.get(lane.name)?.refresh;
    const exchange = await this.#send(lane, "refresh", { method: "POST", path: "/token/refresh", json: { refresh_token: refresh } });
    if (exchange.ok) {
      for (const scheme of ["token-stateless", "token-revocable"]) {
        if (this.#held.has(scheme)) this.#hold(schemeNamed(scheme), exchange.json.access_token, exchange.json.refresh_token);
      }
    }
    return exchange;
  }

  /** Forgets everything that a script can forget. Cookies are taken away by the server at logout. */
  clear() {
    this.#held.clear();
    this.#changed();
  }

  /** Forgets everything, cookies too: each server is asked to take its own away. */
  async forget() {
    for (const { scheme, kind } of this.held) {
      if (kind === "cookie") await this.logout(scheme);
    }
    this.clear();
  }

  /** A request with the credential of a scheme, as far as a script adds it: cookies are the browser's. */
  signed(lane, request) {
    const held = this.#held.get(lane.name);
    if (lane.credential === "bearer" && held) return { ...request, headers: { Authorization: `Bearer ${held.value}` } };
    if (lane.credential === "basic" && this.user) {
      const pair = new TextEncoder().encode(`${this.user.name}:${held?.value ?? ""}`);
      return { ...request, headers: { Authorization: `Basic ${btoa(String.fromCharCode(...pair))}` } };
    }
    return request;
  }

  async #send(lane, action, request) {
    const exchange = await Exchange.send({ ...request, headers: { "X-Balance": this.policy, ...request.headers } });
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
