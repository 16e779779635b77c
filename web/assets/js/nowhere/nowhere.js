// The page for an unknown address. It needs only what every page has.

import { startShell } from "../shell/shell.js";

startShell();
