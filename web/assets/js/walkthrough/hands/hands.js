// What a chapter has for the reader's own hands, beyond the buttons that all chapters have. A module each, loaded when its
// chapter is opened.

const MODULES = {
  distance: () => import("./distance.js"),
  outside: () => import("./outside.js"),
  permissions: () => import("./permissions.js"),
  tamper: () => import("./tamper.js"),
};

/** Makes one by its name: {root, close}; close leaves the lab as it was. */
export async function handsOf(yourTurn, context) {
  const { make } = await MODULES[yourTurn.hands.name]();
  return make(yourTurn, context);
}
