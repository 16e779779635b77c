// The second service, where there is one: it checks who is calling without a login of its own. In a film also the login
// server, the backend for frontend, or the naive server, which makes the mistake that an experiment is about.

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

  /** as: reports, or in a film the service that stands in its place: backend, issuer or naive. */
  show({ reports = "", as = "reports" }) {
    this.root.hidden = reports === "";
    this.root.title = reports;
    this.root.ariaLabel = t(`stage.${as}`);
    setText(this.#frame.head.querySelector("h3"), this.root.ariaLabel);
    setText(this.#note, t(`stage.${as}-is`));
  }
}
