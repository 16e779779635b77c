// One lane of this phone: a login by one scheme, and what it was answered last.

import { keep, person, send } from "./person.js";

const EARLY = 0.8; // of its life, after which a token is refreshed

const TONES = { 200: "ok", 401: "stranger" };

/** What an answer is for the person: ok (logged in), stranger (logged out), unsure (the server cannot tell), refused. */
export const toneOf = (status) => TONES[status] || (status === 0 || status === 429 || status >= 500 ? "unsure" : "refused");

export class Lane {
  status = null; // of the last answer; null: not asked yet
  replica = "";
  isAdmin = false; // the server said so at the last answer
  wants = false; // to log in, because the last try was not decided

  constructor(row) {
    this.row = row;
  }

  get isBearer() {
    return this.row.credential === "bearer";
  }

  get #token() {
    return (person().tokens || {})[this.row.scheme];
  }

  /** Asks who the server takes this phone for. */
  async ask() {
    if (this.wants) return this.logIn();
    await this.#refreshEarly();
    const headers = this.isBearer && this.#token ? { Authorization: `Bearer ${this.#token.access}` } : {};
    const answer = await send(`${this.row.base}/me`, { headers });
    const { roles = [] } = (answer.status === 200 && answer.json && answer.json.user) || {};
    this.isAdmin = roles.indexOf("admin") >= 0;
    const isMe = answer.status !== 200 || (answer.json && answer.json.user && answer.json.user.name === person().name);
    return this.#note(answer, isMe ? answer.status : 401);
  }

  async logIn() {
    const { name, password } = person();
    const answer = await send(this.row.login, { body: { username: name, password } });
    this.wants = toneOf(answer.status) === "unsure";
    if (this.isBearer && answer.status === 200) this.#keepTokens(answer.json);
    return answer.status === 200 && this.isBearer ? this.ask() : this.#note(answer, answer.status);
  }

  #note(answer, status) {
    this.status = status;
    this.replica = answer.replica === "balancer" ? "" : answer.replica || this.replica;
    return answer;
  }

  #keepTokens({ access_token: access, refresh_token: refresh, expires_in: seconds }) {
    const tokens = { ...person().tokens, [this.row.scheme]: { access, refresh, until: Date.now() + seconds * 1000 * EARLY } };
    keep({ ...person(), tokens });
  }

  /** Only time makes a phone refresh: a token that was refused stays refused, and the person sees it. */
  async #refreshEarly() {
    const token = this.#token;
    if (!token || !token.refresh || Date.now() < token.until) return;
    const answer = await send(this.row.refresh, { body: { refresh_token: token.refresh } });
    if (answer.status === 200) this.#keepTokens(answer.json);
  }
}
