// What no reader needs before something has run, and what only some chapters have: see load-later.js.

export { Player } from "../film/player.js";
export { answer, resultTable } from "./answer-view.js";
export { SeenView, surprising } from "./seen-view.js";
export { VerdictView } from "./verdict-view.js";
export { make as distance } from "./hands/distance.js";
export { make as outside } from "./hands/outside.js";
export { make as permissions } from "./hands/permissions.js";
export { make as tamper } from "./hands/tamper.js";
