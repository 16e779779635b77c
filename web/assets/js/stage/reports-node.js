// The second service, where there is one: it checks who is calling without a login of its own.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { frame } from "./node.js";

export class ReportsNode {
  #frame = frame("reports", t("stage.reports"), el("p", { className: "node-note" }, t("stage.reports-is")));

  constructor() {
    this.root.hidden = true;
  }

  get root() {
    return this.#frame.root;
  }

  show({ reports = "" }) {
    this.root.hidden = reports === "";
    this.root.title = reports;
  }
}
