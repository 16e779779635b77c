// What a request carries, as a thing that can be told apart by its shape: a ticket (session ID) is round and notched, a
// letter (token, signed cookie) is square and sealed, a key is a password.

import { el } from "../dom.js";

const NOTHING = "none";

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
  node.firstChild.textContent = kind === NOTHING ? "–" : kind === "password" ? "⚿" : (credential.id ?? "").slice(0, 4) || "✎";
  stampOn(node, null);
}

/** The answer on it, on its way back; null: none yet. */
export function stampOn(node, verdict) {
  node.dataset.tone = verdict?.tone ?? "";
  node.lastChild.textContent = verdict?.symbol ?? "";
}
