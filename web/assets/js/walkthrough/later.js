// What no reader needs before something has run, and what only some chapters have: one script and one sheet of their own,
// which come when the reader first does something.

export { Player } from "../film/player.js";
export { VerdictView } from "./verdict-view.js";
export * as distance from "./hands/distance.js";
export * as outside from "./hands/outside.js";
export * as permissions from "./hands/permissions.js";
export * as tamper from "./hands/tamper.js";
