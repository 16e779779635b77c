// The opening: a toy. The reader is logged in and asks for the next page, until a desk does not know them. Every answer is
// real: the lab is scaled to one replica, and while it is asked a third time, back to as many as there were.

import { el } from "../dom.js";
import { lookUp, t } from "../lang.js";
import { Exchange } from "../model/exchange.js";
import { recall, remember, say } from "../shell/shell.js";
import { verdictOf } from "../verdict.js";

const SCHEME = "session-memory";
const DESKS = 3; // open at the end, where the lab had only one
const CALM = 2; // presses before more desks open
const RIGHT = 1; // of the answers to why
const OWN = "authlab.opening"; // the beginning of the ID of the reader's own card, so that a reload does not take it for another's
const LOOK = 700; // ms for the new desks, before the request goes to one of them
const DEPART = 250; // ms within which a request is on the stage,
const ARRIVE = 2000; // and back

/** What a desk says, by the status of its answer. */
const SAID = { 200: "hello", 401: "who" };

export class Opening {
  #root;
  #lab;
  #stage;
  #wallet;
  #reader;
  #ended; // called with the way on
  #at = 0; // counts the times that it was opened: what belongs to one before is over
  #before = 0; // replicas that the lab had, while it has one; 0: it was not scaled
  #presses = 0;
  #holder = "";
  #busy = false;
  #ready; // whether the reader is logged in, as soon as that is known
  #button;
  #told = el("p", { className: "told", role: "status" });
  #answers = el("ol", { className: "answers" });

  constructor(root, { lab, stage, wallet, reader, ended }) {
    this.#root = root;
    this.#lab = lab;
    this.#stage = stage;
    this.#wallet = wallet;
    this.#reader = reader;
    this.#ended = ended;
    addEventListener("pagehide", () => this.#leave());
  }

  /** Shows the button, and logs the reader in. known: when it is known how the lab is. */
  async open(known = this.#lab.refresh()) {
    const at = ++this.#at;
    this.#presses = 0;
    this.#root.removeAttribute("data-grows");
    this.#answers.replaceChildren();
    this.#told.textContent = "";
    this.#button = el("button", { type: "button", className: "primary press" }, t("walkthrough.opening.next-page"));
    this.#button.addEventListener("click", () => this.#press());
    const skip = el("button", { type: "button", className: "link skip-opening" }, t("walkthrough.opening.skip"));
    skip.addEventListener("click", () => this.#ended());
    this.#root.replaceChildren(el("p", { className: "lead" }, this.#lead("short")), this.#button, this.#answers, this.#told, el("p", {}, skip));
    this.#ready = this.#login(at, known);
    await this.#ready;
  }

  /**
   * Logs the reader in, while they read. Where the lab is in use, or cannot be scaled, the desks stay as they are, and the porter
   * sticks to one. Whether they are logged in.
   */
  async #login(at, known) {
    await known;
    const alone = await this.#closeDesks();
    if (at !== this.#at) {
      await this.#reopenDesks();
      return false;
    }
    this.#wallet.policy = alone ? "round-robin" : "sticky";
    const [answer] = await this.#wallet.login(this.#reader, [SCHEME]);
    if (at !== this.#at) return false;
    if (!alone) this.#root.querySelector(".lead").textContent = this.#lead("short-many");
    this.#holder = answer.exchange.replica;
    if (!answer.exchange.ok) say(t("walkthrough.opening.unable"), true);
    this.#button.dataset.ready = String(answer.exchange.ok);
    if (alone) this.#lab.refresh().then(() => remember(OWN, this.#cards.find((id) => id !== recall(OWN)) ?? ""));
    return answer.exchange.ok;
  }

  /** Opens the desks again that were closed for it. */
  async close() {
    this.#at += 1;
    await this.#reopenDesks();
  }

  #lead = (key) => t(`walkthrough.opening.${key}`, { name: this.#reader.name });

  /** Scales the lab to one replica, unless other clients are logged in, or it has faults. Whether there is one now. */
  async #closeDesks() {
    const { replicas = [], redis = {}, faults } = this.#lab.picture ?? {};
    const isUsed = faults?.length > 0 || redis.keys?.length > 0 || replicas.some(({ alive }) => !alive) || this.#cards.some((id) => id !== recall(OWN));
    if (replicas.length === 0 || isUsed) return replicas.length === 1;
    if (replicas.length > 1 && (this.#lab.isInside || !(await this.#lab.scale(1, false)).ok)) return false;
    this.#before = replicas.length;
    return true;
  }

  /** The cards in all drawers. */
  get #cards() {
    return this.#lab.replicas.flatMap(({ sessions }) => sessions?.map(({ id }) => id) ?? []);
  }

  async #reopenDesks(count = this.#before) {
    const changed = this.#before > 0 && this.#lab.replicas.length !== count;
    if (count === this.#before) this.#before = 0;
    if (changed) await this.#lab.scale(count);
  }

  /** The page goes: there is no time to wait for an answer. */
  #leave() {
    if (this.#before === 0 || this.#lab.replicas.length === this.#before) return;
    fetch("/lab/replicas", { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ count: this.#before }) });
    this.#before = 0;
  }

  async #press() {
    if (this.#busy) return;
    this.#busy = true;
    const at = this.#at;
    this.#button.textContent = t("walkthrough.opening.getting-ready");
    const isReady = await this.#ready;
    this.#button.textContent = t("walkthrough.opening.next-page");
    if (!isReady) {
      this.#busy = false;
      return;
    }
    this.#presses += 1;
    // What has to make room is hidden at the press, so that nothing jumps when the answer comes.
    this.#button.hidden = this.#presses > CALM;
    this.#root.toggleAttribute("data-grows", this.#button.hidden);
    if (this.#presses === CALM + 1) await this.#moreDesks();
    const exchange = await this.#wallet.get(SCHEME);
    await this.#travelled();
    this.#busy = false;
    if (at === this.#at) this.#show(exchange);
  }

  /** Returns when the request that was sent is back on the stage, too. */
  async #travelled() {
    const sent = performance.now();
    let departed = false;
    while (departed ? this.#stage.flying > 0 && performance.now() - sent < ARRIVE : performance.now() - sent < DEPART) {
      await new Promise(requestAnimationFrame);
      departed ||= this.#stage.flying > 0;
    }
  }

  /** Opens more desks, and has the porter go round. Other visitors come first, until it is the turn of another desk than ours. */
  async #moreDesks() {
    const opens = this.#before > 0 || (this.#lab.replicas.length === 1 && !this.#lab.isInside);
    const told = opens ? "business" : "all-along";
    if (this.#before > 0) await this.#reopenDesks(Math.max(this.#before, DESKS));
    else if (opens) await this.#lab.scale(DESKS); // who was here before has left it with one
    const n = this.#lab.replicas.length;
    this.#wallet.policy = "round-robin";
    this.#told.textContent = t(`walkthrough.opening.${n > 1 ? told : "one-desk"}`, { n });
    await new Promise((looked) => setTimeout(looked, LOOK));
    for (let i = 0; i < 2 * n; i++) {
      const { replica } = await Exchange.send({ path: "/livez", headers: { "X-Balance": "round-robin" } });
      if (replica === this.#holder) return;
    }
  }

  #show({ status, replica }) {
    const { tone, symbol } = verdictOf(status);
    const said = t(`walkthrough.opening.${SAID[status] ?? "unable"}`, { name: this.#reader.name });
    this.#answers.append(el("li", { dataset: { tone, status } }, el("b", {}, `${symbol} ${said}`), el("small", {}, replica)));
    if (status === 401) return this.#why(replica);
    if (this.#button.hidden) {
      this.#button.hidden = false;
      this.#button.focus({ preventScroll: true });
    }
    if (this.#presses > CALM && this.#lab.replicas.length > 1) this.#told.textContent = t("walkthrough.opening.once-more");
  }

  #why(other) {
    const values = { holder: this.#holder, other };
    const choices = lookUp("walkthrough.opening.choices").map((text, i) => {
      const button = el("button", { type: "button", dataset: { why: String(i === RIGHT) } }, text);
      button.addEventListener("click", () => this.#because(i === RIGHT ? "right" : "wrong", values));
      return button;
    });
    const question = el("h2", { tabIndex: -1 }, t("walkthrough.opening.why"));
    this.#root.querySelector(".why")?.remove();
    this.#told.after(el("div", { className: "why" }, question, ...choices));
    question.focus({ preventScroll: true });
  }

  #because(kind, values) {
    const begin = el("button", { type: "button", className: "primary begin" }, `${t("walkthrough.opening.begin")} →`);
    begin.addEventListener("click", () => this.#ended());
    this.#root.querySelector(".why").replaceChildren(
      el("p", { className: "because", dataset: { tone: kind === "right" ? "ok" : "stranger" } }, t(`walkthrough.opening.${kind}`, values)),
      el("p", {}, t("walkthrough.opening.then")), begin);
    begin.focus({ preventScroll: true });
  }
}
