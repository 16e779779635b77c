// All of them, in one script: it is loaded when the first of their chapters is opened.

export { make as distance } from "./distance.js";
export { make as outside } from "./outside.js";
export { make as permissions } from "./permissions.js";
export { make as tamper } from "./tamper.js";
