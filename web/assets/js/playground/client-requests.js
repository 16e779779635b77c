// The requests of the playground's buttons, by the name of the action. Each takes the schemes that take part, and returns
// the answers, each as {lane, exchange}.

import { ProofKey } from "../model/proof-key.js";
import { schemeNamed } from "../model/schemes.js";

const MANY = 10;

export class ClientRequests {
  #wallet;
  #rounds = 0;
  #addresses = 0;

  constructor(wallet) {
    this.#wallet = wallet;
  }

  login = (schemes, user) => this.#wallet.login(user, schemes);

  send = (schemes) => this.#each(schemes, (scheme) => this.#wallet.get(scheme));

  /** Scheme by scheme, so that round-robin gives each replica its turn with each scheme. */
  "send-ten" = async (schemes) => {
    const answers = [];
    for (const scheme of schemes) {
      for (let i = 0; i < MANY; i++) answers.push({ lane: schemeNamed(scheme), exchange: await this.#wallet.get(scheme) });
    }
    return answers;
  };

  admin = (schemes) => this.#each(schemes, (scheme) => this.#wallet.get(scheme, "admin"));

  email = (schemes, user) => {
    const email = `${user.name}-${++this.#addresses}@example.com`;
    return this.#each(schemes, (scheme) => {
      const lane = schemeNamed(scheme);
      return this.#wallet.send(lane, "email", { method: "POST", path: `${lane.base}/email`, json: { email } });
    });
  };

  /** Schemes that share a refresh token spend it once. */
  refresh = async () => {
    const answers = [];
    const spent = new Set();
    for (const { scheme, refresh } of this.#wallet.held) {
      if (!refresh || spent.has(refresh)) continue;
      spent.add(refresh);
      answers.push({ lane: schemeNamed(scheme), exchange: await this.#wallet.refresh(scheme) });
    }
    return answers;
  };

  /**
   * What a thief sends who has copied all that a script of this page can read. A bound token goes out twice: with the proof
   * of a request that the owner has just sent, and with a proof of the thief's own key.
   */
  steal = async (schemes) => {
    const answers = [];
    for (const { scheme, value } of this.#wallet.held.filter((held) => schemes.includes(held.scheme) && held.value)) {
      const lane = schemeNamed(scheme);
      const owner = await this.#wallet.get(scheme);
      const copy = await this.#wallet.exchange(lane, "me", owner.request);
      answers.push({ lane, exchange: copy });
      if (lane.credential !== "dpop") continue;
      const thief = await ProofKey.make();
      const send = async () => this.#wallet.exchange(lane, "me", { ...owner.request, headers: { ...owner.request.headers, ...(await thief.headers(owner.request, value)) } });
      const other = await send();
      answers.push({ lane, exchange: thief.asks(other) ? await send() : other });
    }
    return answers;
  };

  /** Schemes that log out by the same address are one login, and log out once. */
  logout = async (schemes) => {
    const answers = [];
    const left = new Set();
    for (const lane of schemes.map(schemeNamed)) {
      if (left.has(lane.logout)) continue;
      if (lane.logout) left.add(lane.logout);
      const exchange = await this.#wallet.logout(lane.name);
      if (exchange) answers.push({ lane, exchange });
    }
    return answers;
  };

  /** One request for each scheme. Each round begins with another one, so that no scheme always meets the same replica. */
  async #each(schemes, ask) {
    const first = this.#rounds++ % schemes.length;
    const answers = new Map();
    for (const scheme of [...schemes.slice(first), ...schemes.slice(0, first)]) answers.set(scheme, await ask(scheme));
    return schemes.map((scheme) => ({ lane: schemeNamed(scheme), exchange: answers.get(scheme) }));
  }
}
