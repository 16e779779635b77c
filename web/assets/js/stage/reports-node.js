// The second service, where there is one: it checks who is calling without a login of its own. In a film also the
// login server, and the naive server, which makes the mistake that an experiment is about.

import { el, setText } from "../dom.js";
import { t } from "../lang.js";
import { frame } from "./node.js";

export class ReportsNode {
  #note = el("p", { className: "node-note" });
  #frame = frame("reports", t("stage.reports"), this.#note);

  constructor() {
    this.root.hidden = true;
  }

  get root() {
    return this.#frame.root;
  }

  show({ reports = "", name = "reports" }) {
    this.root.hidden = reports === "";
    this.root.title = reports;
    this.root.ariaLabel = t(`stage.${name}`);
    setText(this.#frame.head.querySelector("h3"), this.root.ariaLabel);
    setText(this.#note, t(`stage.${name}-is`));
  }
}
