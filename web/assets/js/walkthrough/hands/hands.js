// What a chapter has for the reader's own hands, beyond the buttons that all chapters have. A module each.

import { loadLater } from "../load-later.js";

/** Makes one by its name: {root, close}; close leaves the lab as it was. */
export async function handsOf(yourTurn, context) {
  const { [yourTurn.hands.name]: make } = await loadLater();
  return make(yourTurn, context);
}
