// The timeline. Its rows stand still and change what they say, so that nothing jumps; while the pointer or the keyboard's
// focus is in them, they wait.

import { el, milliseconds, setText } from "../dom.js";
import { language, number, t } from "../lang.js";
import { REQUEST_LOG_CHANGED } from "../model/events.js";
import { verdictOf } from "../verdict.js";

const PAUSE = 120; // ms between two drawings: a reader is not faster
const CLOCK = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export class TimelineView {
  #log;
  #body = document.querySelector(".timeline tbody");
  #note = document.getElementById("held");
  #rows = [];
  #due = 0;
  #held = false;
  #missed = 0;

  /** choose is called with the entry whose row is pressed. */
  constructor(log, choose) {
    this.#log = log;
    this.choose = choose;
    log.addEventListener(REQUEST_LOG_CHANGED, ({ detail }) => {
      if (this.#held && detail) this.#missed++;
      this.#due ||= setTimeout(() => this.#draw(), PAUSE);
    });
    for (const [begin, end] of [["pointerenter", "pointerleave"], ["focusin", "focusout"]]) {
      this.#body.addEventListener(begin, () => (this.#held = true));
      this.#body.addEventListener(end, () => this.#release());
    }
  }

  #release() {
    this.#held = false;
    this.#missed = 0;
    this.#draw();
  }

  #draw() {
    clearTimeout(this.#due);
    this.#due = 0;
    const { entries } = this.#log;
    setText(this.#note, this.#held && this.#missed > 0 ? t("playground.held", { n: number(this.#missed) }) : "");
    if (this.#held && entries.length > 0) return;
    while (this.#rows.length < entries.length) this.#rows.push(this.#add());
    while (this.#rows.length > entries.length) this.#rows.pop().root.remove();
    entries.forEach((entry, i) => this.#rows[i].show(entry));
  }

  #add() {
    const row = new Row(() => this.choose(row.entry));
    this.#body.append(row.root);
    return row;
  }
}

class Row {
  #cells = ["time", "path", "by", "status", "took", "store"].map((name) => el("td", { className: name }));
  #path = el("span");
  #swatch = el("span", { className: "swatch", ariaHidden: "true" });
  #tag = el("span", { className: "tag" });
  root = el("tr", {}, ...this.#cells);

  constructor(choose) {
    const [, path, , status] = this.#cells;
    const button = el("button", { type: "button", className: "plain" }, this.#swatch, this.#path);
    button.addEventListener("click", choose);
    path.append(button);
    status.append(this.#tag);
  }

  show(entry) {
    this.entry = entry;
    const { at, method, path, scheme, replica, status, attempts, took, store } = entry;
    const { tone, symbol } = verdictOf(status);
    const [time, , by, , duration, commands] = this.#cells;
    setText(time, CLOCK.format(at));
    this.#swatch.dataset.scheme = scheme;
    setText(this.#path, `${method} ${path}`);
    setText(by, (replica || t("stage.no-replica")) + (attempts > 1 ? ` (${number(attempts)}×)` : ""));
    by.dataset.replica = (Number(replica.match(/\d+$/)?.[0]) || 0) % 6;
    this.#tag.dataset.tone = tone;
    setText(this.#tag, `${symbol} ${status || "–"}`);
    setText(duration, took === undefined ? "" : milliseconds(took));
    setText(commands, store === undefined ? "" : number(store));
  }
}
