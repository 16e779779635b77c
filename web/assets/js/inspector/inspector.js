// The token inspector: one model that tells, and views that listen.

import { startShell } from "../shell/shell.js";
import { Inspection } from "./inspection.js";
import { showLights } from "./lights-view.js";
import { showClaims, showKey } from "./parts-view.js";
import { showServer } from "./server-view.js";
import { showSigning } from "./signing-view.js";
import { showToken } from "./token-view.js";

const SECOND = 1000; // ms

const pane = (id) => document.getElementById(id);

const inspection = new Inspection();
const followLink = showToken(pane("encoded"), inspection);
showLights(pane("checks"), inspection);
showServer(pane("server"), inspection);
showClaims(pane("header"), inspection);
showClaims(pane("payload"), inspection);
const layReady = showKey(pane("signature"), inspection);

const keys = startShell();
keys.on("t", "inspector.key-take", () => pane("take").click());
keys.on("a", "inspector.key-ask", () => pane("ask").click());

showSigning(pane("sign"), inspection, await inspection.loadKeys(), ({ token, key }) => {
  layReady(key);
  inspection.put(token);
  pane("token").focus();
});
followLink();
setInterval(() => inspection.tick(), SECOND);
