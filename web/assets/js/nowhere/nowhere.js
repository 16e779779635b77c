// The page of an address where nothing is has what every page has.

import { startShell } from "../shell/shell.js";

startShell();
