// What a chapter has for the reader's own hands, beyond the buttons that all chapters have. They are loaded when the first of
// their chapters is opened.

/** Makes one by its name: {root, close}; close leaves the lab as it was. */
export async function handsOf(yourTurn, context) {
  const all = await import("./all.js");
  return all[yourTurn.hands.name](yourTurn, context);
}
