// What stands with the film on the page: the caption, the buttons, how far it is.

import { el, milliseconds, setText } from "../dom.js";
import { number, t } from "../lang.js";

const RATES = [0.5, 1, 2];
const NAMES = { 0.5: "½×", 1: "1×", 2: "2×" };

export class Controls {
  #place;
  #caption = el("p", { className: "film-caption", ariaHidden: "true" });
  #spoken = el("p", { className: "unseen", ariaLive: "polite" });
  #real = el("p", { className: "film-real" });
  #where = el("p", { className: "film-where" });
  #bar = el("progress", { className: "film-bar", ariaHidden: "true" });
  #buttons = new Map();
  #rates = new Map();

  /** act: {toggle, step, back, skip, rate}; what each button does. */
  constructor(place, act) {
    this.#place = place;
    const button = (name, sign, key) => {
      const node = el("button", { type: "button", dataset: { film: name }, ariaLabel: t(`film.${name}`), title: `${t(`film.${name}`)} (${key})` }, sign);
      node.addEventListener("click", act[name]);
      this.#buttons.set(name, node);
      return node;
    };
    const rates = RATES.map((rate) => {
      const node = el("button", { type: "button", dataset: { rate }, ariaLabel: t("film.rate", { rate: NAMES[rate] }) }, NAMES[rate]);
      node.addEventListener("click", () => act.rate(rate));
      this.#rates.set(rate, node);
      return node;
    });
    const skip = button("skip", t("film.skip-short"), "S");
    place.classList.add("film");
    place.replaceChildren(
      this.#caption, this.#spoken,
      this.#bar,
      el("div", { className: "film-buttons" },
        button("back", "⏮", ","), button("toggle", "⏸", t("film.space")), button("step", "⏭", "."), el("span", { className: "film-rates" }, ...rates), skip, this.#where),
      this.#real,
    );
    place.hidden = false;
  }

  focus() {
    this.#buttons.get("toggle").focus({ preventScroll: true });
  }

  close() {
    this.#place.hidden = true;
    this.#place.replaceChildren();
  }

  /** Shows where the film is. frame: its number i of all, its caption; aloud: whether it is long enough to be heard. */
  show({ i, all, caption, beat, scheme, aloud }) {
    setText(this.#caption, caption);
    if (aloud) setText(this.#spoken, caption);
    setText(this.#real, beat?.duration_ms ? t("film.real-ms", { ms: milliseconds(beat.duration_ms) }) : t("film.real"));
    setText(this.#where, t("film.where", { scheme: scheme ? t(`scheme.${scheme}.name`) : t("film.all"), n: number(i + 1), of: number(all) }));
    this.#where.dataset.scheme = scheme;
    Object.assign(this.#bar, { max: all, value: i + 1 });
  }

  /** state: playing, paused or ended. */
  mark(state, rate) {
    const toggle = this.#buttons.get("toggle");
    toggle.textContent = state === "playing" ? "⏸" : state === "ended" ? "↻" : "⏵";
    toggle.ariaLabel = t(`film.${state === "playing" ? "pause" : state === "ended" ? "again" : "play"}`);
    for (const [each, node] of this.#rates) node.ariaPressed = String(each === rate);
    this.#buttons.get("step").disabled = this.#buttons.get("skip").disabled = state === "ended";
  }
}

/** The next speed, faster (1) or slower (-1). */
export const nextRate = (rate, by) => RATES[Math.min(RATES.length - 1, Math.max(0, RATES.indexOf(rate) + by))];
