// The keyboard: which key does what on this page, and the list of them that "?" shows.

import { el } from "../dom.js";
import { t, tOr } from "../lang.js";

const CHOOSING = "input[type=radio], input[type=checkbox], input[type=range]";
const PRESSED = "button, a, summary, label"; // what Space and Enter press
const TYPING = `input:not(${CHOOSING}), select, textarea, [contenteditable]`;

let ofPage = null;

/** The keys of this page, once it has started. */
export const pageKeys = () => ofPage;

export class Keys {
  #actions = new Map(); // key → {label, act}

  constructor() {
    ofPage = this;
    document.addEventListener("keydown", (press) => this.#pressed(press));
  }

  /**
   * Lets a key do something; label is its text in the catalogue, "" leaves it out of the list. Letters work in both cases.
   * Where act returns false, the key has done nothing, and does what it does elsewhere. */
  on(key, label, act) {
    this.#actions.set(key.toLowerCase(), { key, label, act });
  }

  /** The rows of the list: key and text. */
  list() {
    return [...this.#actions.values()].filter(({ label }) => label !== "").map(({ key, label }) => [key, t(label)]);
  }

  #pressed(press) {
    if (press.ctrlKey || press.metaKey || press.altKey || press.target.closest?.(TYPING)) return;
    if (document.querySelector("dialog[open]")) return;
    const action = this.#actions.get(press.key.toLowerCase());
    // An arrow that moves inside of a group of choices belongs to the group.
    if (!action || (press.key.startsWith("Arrow") && press.target.closest?.(`${CHOOSING}, [role=radiogroup], [role=slider]`))) return;
    if (press.key === " " && press.target.closest?.(`${PRESSED}, ${CHOOSING}`)) return;
    if (action.act() !== false) press.preventDefault();
  }
}

/** Shows the list of keys in the dialog of the page. */
export function showKeys(keys) {
  const dialog = document.getElementById("keys");
  dialog.querySelector("dl").replaceChildren(...keys.list().flatMap(([key, text]) => [
    el("dt", {}, el("kbd", {}, tOr(`shell.name-${key.toLowerCase()}`, key.toUpperCase()))),
    el("dd", {}, text),
  ]));
  dialog.showModal();
}
