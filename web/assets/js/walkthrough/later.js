// What no reader needs before something has run, and what only some chapters have: see load-later.js.

export { Player } from "../film/player.js";
export { answer, resultTable } from "./answer-view.js";
export { SeenView, surprising } from "./seen-view.js";
export { VerdictView } from "./verdict-view.js";
export * as distance from "./hands/distance.js";
export * as outside from "./hands/outside.js";
export * as permissions from "./hands/permissions.js";
export * as tamper from "./hands/tamper.js";
