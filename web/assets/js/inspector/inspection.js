// The token under the glass. It is in this object only: nothing keeps it, and nothing sends it but ask().

import { event } from "../model/events.js";
import { Exchange } from "../model/exchange.js";
import { Lab } from "../model/lab.js";
import { checkSignature } from "./check-signature.js";
import { judge } from "./checks.js";
import { EXPERIMENTS } from "./experiments.js";
import { claim, light, read } from "./reading.js";

export const TOKEN_CHANGED = "token:changed"; // typed, pasted, or made by a button
export const TOKEN_CHECKED = "token:checked"; // by this page or by the server, and again with every second

export const ASKED = "/token/stateless/me";

export class Inspection extends EventTarget {
  reading = read("");
  verdict; // see checks.js; "" without a token
  answer = null; // the server's to this very token: {exchange, stage, comparison}, see ask()
  #isPasted = false;
  #original = ""; // as it came, before anybody edited it
  #ahead = 0; // s, of the server's clock: the lab's time can be moved
  #jwks = null;
  #own = "";
  #signature = [light("skipped", "unread")]; // by the lab's keys, and by the reader's
  #turn = 0;

  put(token, isPasted = false) {
    this.#original = token;
    this.#isPasted = isPasted;
    this.edit(token);
  }

  edit(token) {
    this.reading = read(token);
    this.answer = null;
    this.dispatchEvent(event(TOKEN_CHANGED));
    this.#check();
  }

  /** Begins with the token as it came, so that effects do not add up. */
  experiment(name) {
    this.edit(EXPERIMENTS[name](read(this.#original), this.now()));
  }

  /** own: a key as text; "" for the lab's keys. */
  useKey(own) {
    this.#own = own;
    this.#check();
  }

  /** Returns the ID of the lab's key; "" where it publishes none. */
  async loadKeys() {
    const { json } = await Exchange.send({ path: "/.well-known/jwks.json" });
    this.#jwks = json?.keys ?? null;
    await this.#check();
    return this.#jwks?.[0]?.kid ?? "";
  }

  async take(username, password) {
    const exchange = await Exchange.send({ method: "POST", path: "/authenticate", json: { username, password } });
    if (!exchange.ok) return exchange;
    const token = exchange.json.access_token;
    this.#learn(claim(read(token).payload, "iat"));
    await this.loadKeys(); // they may be others by now
    this.put(token);
    return exchange;
  }

  /** Why the server may not be asked, or "". */
  get keptBecause() {
    const { token, header } = this.reading;
    if (token === "") return "no-token";
    const isOurs = this.#jwks?.some(({ kid }) => kid === claim(header, "kid"));
    return this.#isPasted && !isOurs ? "foreign" : "";
  }

  /** Whether the token may be put into a link: it came from this lab or from this page. */
  get isOurs() {
    return this.reading.token !== "" && this.keptBecause === "";
  }

  /** Sends the token, as it is now, to our own server. */
  async ask() {
    const { reading } = this;
    const exchange = await Exchange.send({ path: ASKED, headers: { Authorization: `Bearer ${reading.token}` } });
    const stage = exchange.ok ? "" : exchange.json?.type?.split(":token-")[1];
    if (this.verdict.here?.stage !== stage) await this.#lookAround();
    if (reading !== this.reading) return;
    const { here } = this.verdict;
    const isComparable = stage !== undefined && here.state !== "unsure";
    this.answer = { exchange, stage, comparison: isComparable ? (here.stage === stage ? "agrees" : "differs") : "incomparable" };
    this.tick();
  }

  /** Seconds since 1970, by the server's clock. */
  now() {
    return Date.now() / 1000 + this.#ahead;
  }

  tick() {
    const [byServer, byOwn] = this.#signature;
    this.verdict = this.reading.token && judge(this.reading, this.#found(byServer), byOwn, this.now(), this.keptBecause === "foreign");
    this.dispatchEvent(event(TOKEN_CHECKED));
  }

  // Where this page cannot check the signature, what the server has answered tells: it looks at the signature before
  // time and claims.
  #found(byServer) {
    const stage = this.answer?.stage;
    if (byServer.state !== "unsure" || stage === undefined || stage === "format") return byServer;
    return stage === "signature" ? light("bad", "signature.asked-bad") : light("ok", "signature.asked-ok");
  }

  #learn(now) {
    this.#ahead = now - Date.now() / 1000;
  }

  // The lab may have other keys and another time by now.
  async #lookAround() {
    const lab = new Lab();
    if (await lab.refresh()) this.#learn(Date.parse(lab.picture.now) / 1000);
    await this.loadKeys();
  }

  async #check() {
    const turn = ++this.#turn;
    const byServer = await checkSignature(this.reading, this.#jwks);
    const byOwn = this.#own && (await checkSignature(this.reading, null, this.#own));
    if (turn !== this.#turn) return;
    this.#signature = [byServer, byOwn];
    this.tick();
  }
}
