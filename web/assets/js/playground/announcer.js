// Tells those who listen what the timeline shows, without flooding them: one sentence for all that came since the last.
// What a button of this page has sent, the line at the foot has told already.

import { setText } from "../dom.js";
import { number, t } from "../lang.js";
import { REQUEST_LOG_CHANGED } from "../model/events.js";

const PAUSE = 5000; // ms between two sentences

export class Announcer {
  #line = document.getElementById("announcer");
  #heard = new Map(); // id → entry
  #due = 0;

  constructor(log) {
    log.addEventListener(REQUEST_LOG_CHANGED, ({ detail: entry }) => {
      if (!entry) return this.#heard.clear();
      this.#heard.set(entry.id, entry);
      this.#due ||= setTimeout(() => this.#tell(), PAUSE);
    });
  }

  #tell() {
    this.#due = 0;
    const others = [...this.#heard.values()].filter(({ own }) => !own);
    this.#heard.clear();
    if (others.length === 0) return;
    const known = others.filter(({ status }) => status >= 200 && status < 300).length;
    setText(this.#line, t("playground.announced", { n: number(others.length), known: number(known), lost: number(others.length - known) }));
  }
}
