// Change one character of a token, or the role in it, and send it.

import { el } from "../../dom.js";
import { problemText, t } from "../../lang.js";
import { EXPERIMENTS } from "../../inspector/experiments.js";
import { claim, read } from "../../inspector/reading.js";
import { Exchange } from "../../model/exchange.js";
import { schemeNamed } from "../../model/schemes.js";
import { Rows } from "./rows.js";

const SCHEME = "token-stateless";
const PARTS = ["header", "payload", "signature"];

export function make(_, { other, wrong }) {
  const lane = schemeNamed(SCHEME);
  const rows = new Rows([SCHEME]);
  const shown = el("p", { className: "token-text" });
  const says = el("p", { className: "token-says" });
  const detail = el("p", { className: "quiet", role: "status" });
  let [original, token] = ["", ""];

  const show = (changed) => {
    token = changed;
    const parts = token.split(".");
    const before = original.split(".");
    shown.replaceChildren(...parts.flatMap((part, i) => [
      ...(i > 0 ? ["."] : []),
      el("span", { className: `part-${PARTS[i]}`, dataset: { changed: String(part !== before[i]) } }, part),
    ]));
    const { payload } = read(token);
    says.textContent = t("hands.says", { name: claim(payload, "sub") ?? "?", roles: [claim(payload, "roles") ?? []].flat().join(", ") });
    detail.textContent = "";
  };
  const send = async () => {
    const exchange = await Exchange.send({ path: `${lane.base}/admin`, headers: { Authorization: `Bearer ${token}` } });
    rows.add(SCHEME, exchange, exchange.replica);
    detail.textContent = problemText(exchange);
  };
  const login = async () => {
    const exchange = await Exchange.send({ method: "POST", path: lane.login, json: { username: other.name, password: other.password } });
    if (!exchange.ok) return wrong(exchange);
    original = exchange.json.access_token;
    rows.clear();
    show(original);
    for (const button of buttons) button.disabled = false;
  };
  const experiment = (name) => show(EXPERIMENTS[name](read(original), 0));
  const acts = { login, character: () => experiment("character"), role: () => experiment("admin"), undo: () => show(original), send };
  const buttons = Object.entries(acts).map(([name, act]) => {
    const button = el("button", { type: "button", disabled: name !== "login", dataset: { action: `hand-${name}` } }, t(`hands.${name}`, { name: other.name }));
    button.addEventListener("click", act);
    return button;
  });
  return { root: el("div", { className: "hand" }, el("p", { className: "quiet" }, t("hands.tamper", { name: other.name })), el("div", { className: "actions" }, ...buttons), shown, says, rows.root, detail), close() {} };
}
