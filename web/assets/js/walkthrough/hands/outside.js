// Log out and send the old credential again; be the thief; ask the second service. Sent by clients that are no browsers.

import { el } from "../../dom.js";
import { t } from "../../lang.js";
import { OutsideClient } from "./outside-client.js";
import { Rows } from "./rows.js";

const REPORTS = { "session-redis": "/reports/session/redis", "token-stateless": "/reports/token", "token-revocable": "/reports/revocable" };
const SHOWN = 12; // characters of a credential

/** The actions by name: each returns what went wrong, as an exchange, or nothing. */
const ACTIONS = {
  async login({ owner, thief, schemes, reader, rows }) {
    thief.forget();
    rows.clear();
    for (const scheme of schemes) {
      const answer = await owner.login(reader, scheme);
      if (answer.exchange) return answer.exchange;
      rows.hold(scheme, shortened(owner.credentialOf(scheme)));
    }
  },
  ask: (context) => each(context, (scheme) => context.owner.get(scheme), context.owner.name),
  again: (context) => each(context, (scheme) => context.owner.get(scheme), t("hands.old")),
  logout: (context) => each(context, (scheme) => context.owner.logout(scheme), t("hands.logout")),
  copy({ owner, thief, schemes, rows }) {
    thief.copy(owner);
    for (const scheme of schemes) if (thief.credentialOf(scheme)) rows.hold(scheme, `${shortened(thief.credentialOf(scheme))} ×2`);
  },
  thief: (context) => each(context, (scheme) => context.thief.get(scheme), context.thief.name),
  reports: (context) => each(context, (scheme) => context.owner.get(scheme, REPORTS[scheme], "reports"), "", homeCalls),
  cut: async ({ lab }) => failed(await lab.breakNamed("home-cut")),
  mend: async ({ lab }) => failed(await lab.mendNamed("home-cut")),
};

async function each({ schemes, rows }, send, by, said = () => null) {
  for (const scheme of schemes) {
    const answer = await send(scheme);
    if (answer.exchange) return answer.exchange;
    rows.add(scheme, answer, said(answer) ?? ([by, answer.replica].filter(Boolean).join(" ") || "–"));
  }
  return null;
}

/** How often the second service called home for an answer. */
function homeCalls({ status, body }) {
  const calls = status === 200 ? JSON.parse(body).home_calls : null;
  return calls === null ? "reports" : t("hands.home-calls", { calls });
}

const failed = (exchange) => (exchange.ok ? null : exchange);
const shortened = (credential) => (credential ? `${credential.replace(/^[^=]*=(?=.)/, "").slice(0, SHOWN)}…` : "");

/** actions: the names of what can be done, in the order in which it makes sense. */
export function make({ schemes, hands: { actions } }, { lab, reader, wrong }) {
  const rows = new Rows(schemes);
  const context = { schemes, rows, lab, reader, owner: new OutsideClient(reader.name), thief: new OutsideClient(t("hands.thief-name")) };
  const buttons = actions.map((name) => {
    const button = el("button", { type: "button", dataset: { action: `hand-${name}` } }, t(`hands.${name}`, { name: reader.name }));
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      for (const one of buttons) one.ariaDisabled = "true";
      const exchange = await ACTIONS[name](context);
      for (const one of buttons) one.ariaDisabled = "false";
      if (exchange) wrong(exchange);
    });
    return button;
  });
  return {
    root: el("div", { className: "hand" }, el("p", { className: "quiet" }, t("hands.outside")), el("div", { className: "actions" }, ...buttons), rows.root),
    close: () => actions.includes("cut") && lab.faults.includes("home-cut") && lab.mendNamed("home-cut"),
  };
}
