// The client's panel: who logs in, by which schemes, how the balancer is asked to choose, and the requests to send. One
// action at a time; a click meanwhile is not kept for later.

import { el } from "../dom.js";
import { problemText, t } from "../lang.js";
import { SCHEMES } from "../model/schemes.js";
import { recall, remember, say } from "../shell/shell.js";
import { hasWebCrypto } from "../webcrypto.js";
import { ClientRequests } from "./client-requests.js";

const FIRST = ["session-memory", "session-redis", "session-cookie", "token-stateless", "token-revocable"];
const CHOSEN = "authlab.schemes";
const NOTHING_SENT = { login: "no-login", refresh: "no-refresh", steal: "no-copy" }; // only basic has no login
const POLICIES = ["round-robin", "sticky", "hash"];

export class ClientPanel {
  #wallet;
  #requests;
  #busy = false;
  #form = document.getElementById("login");
  #policy = document.getElementById("policy");
  #chips = document.getElementById("chips");
  #buttons = document.querySelectorAll("[data-action]");

  /** chosen is told which schemes take part. */
  constructor(wallet, chosen) {
    this.#wallet = wallet;
    this.#requests = new ClientRequests(wallet);
    this.#makeChips(() => chosen(this.schemes));
    const { username, password } = this.#form.elements;
    username.addEventListener("change", () => (password.value = username.selectedOptions[0].dataset.password));
    this.#form.addEventListener("submit", (submit) => {
      submit.preventDefault();
      this.act("login");
    });
    this.#policy.addEventListener("change", () => (wallet.policy = this.#policy.value));
    wallet.policy = this.#policy.value;
    for (const button of this.#buttons) {
      if (button.type !== "submit") button.addEventListener("click", () => this.act(button.dataset.action));
    }
  }

  /** The schemes that take part. */
  get schemes() {
    return [...this.#chips.querySelectorAll("input:checked")].map(({ value }) => value);
  }

  nextPolicy() {
    this.#policy.value = POLICIES[(POLICIES.indexOf(this.#policy.value) + 1) % POLICIES.length];
    this.#wallet.policy = this.#policy.value;
    say(t("playground.policy-is", { policy: this.#policy.value }));
  }

  /** Does an action by its name, and says how it went. */
  async act(name) {
    if (this.#busy) return;
    if (this.schemes.length === 0) return say(t("playground.no-scheme"), true);
    this.#mark(true);
    try {
      const answers = await this.#requests[name](this.schemes, this.#user);
      this.#report(name, answers);
    } finally {
      this.#mark(false);
    }
  }

  get #user() {
    const { username, password } = this.#form.elements;
    return { name: username.value, password: password.value };
  }

  /** Where something is done, the first thing that went wrong; where something is asked, a count for each scheme. */
  #report(name, answers) {
    if (answers.length === 0) return say(t(`playground.${NOTHING_SENT[name] ?? "no-answers"}`));
    const failed = answers.find(({ exchange }) => !exchange.ok);
    if (name === "login" || name === "logout" || name === "refresh") {
      const done = t(`playground.done-${name}`, { user: this.#wallet.user?.name ?? "" });
      if (!failed) return say(done);
      const problem = `${failed.lane.name}: ${problemText(failed.exchange)}`;
      return name === "logout" && failed.exchange.status === 401 ? say(`${done} ${problem}`) : say(problem, true); // the cookie is gone all the same
    }
    if (name !== "steal") return say(tally(answers));
    const why = answers.filter(({ exchange }) => !exchange.ok).map(({ lane, exchange }) => `${lane.name}: ${problemText(exchange)}`);
    say([t("playground.stolen", { tally: tally(answers) }), ...why].join(" "));
  }

  #mark(busy) {
    this.#busy = busy;
    for (const button of this.#buttons) button.ariaDisabled = String(busy);
  }

  #makeChips(changed) {
    const chosen = recall(CHOSEN) ? recall(CHOSEN).split(" ") : FIRST;
    for (const { name: scheme, credential } of SCHEMES) {
      if (credential === "dpop" && !hasWebCrypto()) continue; // no key can be made here
      const box = el("input", { type: "checkbox", value: scheme, checked: chosen.includes(scheme) });
      this.#chips.append(el("label", { className: "chip", title: t(`scheme.${scheme}.is`), dataset: { scheme } },
        box, el("span", { className: "swatch" }), t(`scheme.${scheme}.name`)));
    }
    this.#chips.addEventListener("change", () => {
      remember(CHOSEN, this.schemes.join(" "));
      changed();
    });
    changed();
  }
}

function tally(answers) {
  const lanes = new Map();
  for (const { lane, exchange } of answers) lanes.set(lane.name, [...(lanes.get(lane.name) ?? []), exchange.status]);
  return [...lanes].map(([scheme, statuses]) => {
    const known = statuses.filter((status) => status >= 200 && status < 300).length;
    return `${scheme} ${statuses.length === 1 ? statuses[0] || t("verdict.0") : `${known}/${statuses.length}`}`;
  }).join(" · ");
}
