// What a request carries, as a thing that can be told apart by its shape: a ticket (session ID) is round and notched, a
// letter (token, signed cookie) is square and sealed, a key is a password.

import { el } from "../dom.js";
import { svg } from "./node.js";

const NOTHING = "none";
const KEY = "M7 7a5 5 0 1 0 4.6 7H14v3h3v-3h2v3h3v-5H11.6A5 5 0 0 0 7 7zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4z";

/** credential: as a recording has it, or null. */
export function prop(credential, scheme) {
  const node = el("span", { className: "prop", ariaHidden: "true" }, el("b"), el("i"));
  dress(node, credential, scheme);
  return node;
}

/** Makes it look like another credential, or like none. */
export function dress(node, credential, scheme) {
  const kind = credential?.kind ?? NOTHING;
  Object.assign(node.dataset, { kind, scheme, id: credential?.id ?? "" });
  const text = kind === NOTHING ? "–" : (credential.id ?? "").slice(0, 4);
  node.firstChild.replaceChildren(kind === "password" ? key() : text);
  stampOn(node, null);
}

function key() {
  const icon = svg("svg", { viewBox: "0 0 24 24" });
  icon.append(svg("path", { d: KEY, "fill-rule": "evenodd" }));
  return icon;
}

/** The answer on it, on its way back; null: none yet. */
export function stampOn(node, verdict) {
  node.dataset.tone = verdict?.tone ?? "";
  node.lastChild.textContent = verdict?.symbol ?? "";
}
