// What a chapter has for the reader's own hands, beyond the buttons that all chapters have. A module each.

import { distance } from "./distance.js";
import { outside } from "./outside.js";
import { permissions } from "./permissions.js";
import { tamper } from "./tamper.js";

/** By name: make(yourTurn, context) returns {root, close}; close leaves the lab as it was. */
export const HANDS = { distance, outside, permissions, tamper };
