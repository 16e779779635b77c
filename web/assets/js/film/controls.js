// What stands with the film on the page: the caption, the buttons, how far it is.

import { el, milliseconds, setText } from "../dom.js";
import { number, t } from "../lang.js";
import { svg } from "../stage/node.js";

const RATES = [0.5, 1, 2];
const ICONS = {
  back: "M6 5h3v14H6zM20 5v14L10 12z", step: "M15 5h3v14h-3zM4 5v14l10-7z", play: "M7 4v16l12-8z", pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  again: "M12 4a8 8 0 1 0 8 8h-3a5 5 0 1 1-5-5v3l5-4.5L12 1z",
};
const NAMES = { 0.5: "½×", 1: "1×", 2: "2×" };

export class Controls {
  #place;
  #caption = el("p", { className: "film-caption", ariaHidden: "true" });
  #spoken = el("p", { className: "unseen", ariaLive: "polite" });
  #real = el("p", { className: "film-real" });
  #lane = el("span");
  #where = el("p", { className: "film-where" }, el("span", { className: "swatch", ariaHidden: "true" }), this.#lane);
  #bar = el("progress", { className: "film-bar", ariaHidden: "true" });
  #buttons = new Map();
  #rates = new Map();

  /** act: {toggle, step, back, skip, rate, leave}; what each button does. Without leave there is none. */
  constructor(place, act) {
    this.#place = place;
    const button = (name, key) => {
      const node = el("button", { type: "button", dataset: { film: name }, ariaLabel: labelOf(name), title: `${labelOf(name)} (${key})` }, name === "skip" ? t("film.skip-short") : name === "leave" ? "✕" : icon(ICONS[name] ? name : "play"));
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
    const skip = button("skip", "S");
    const leave = act.leave ? [button("leave", "Esc")] : [];
    place.classList.add("film");
    place.replaceChildren(
      el("div", { className: "film-head" }, this.#where, ...leave), this.#caption, this.#spoken,
      this.#bar,
      el("div", { className: "film-buttons" },
        button("back", ","), button("toggle", t("film.space")), button("step", "."), el("span", { className: "film-rates" }, ...rates), skip, this.#real),
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

  /** Says what happens in a beat, before it what an attacker did, by name. heard: which of the sentences a screen reader reads. */
  say(beat, sentences, { heard, isTold }) {
    const trick = beat?.trick ? [el("code", { lang: "en" }, beat.trick), " "] : [];
    this.#caption.replaceChildren(...trick, sentences.join(" "));
    if (heard.length > 0) setText(this.#spoken, [...(heard[0] === sentences[0] && beat?.trick ? [beat.trick] : []), ...heard].join(" "));
    setText(this.#real, isTold && beat?.duration_ms ? t("film.real-ms", { ms: milliseconds(beat.duration_ms) }) : t("film.real"));
  }

  /** Shows where the film is: its frame i of all, and how much of its time is gone when that is over. */
  show({ i, all, gone, whole, scheme }) {
    setText(this.#lane, t("film.where", { scheme: scheme ? t(`scheme.${scheme}.name`) : t("film.all"), n: number(i + 1), of: number(all) }));
    this.#where.dataset.scheme = scheme;
    Object.assign(this.#bar, { max: whole, value: gone });
  }

  /** state: playing, paused or ended. */
  mark(state, rate) {
    const toggle = this.#buttons.get("toggle");
    const does = { playing: "pause", ended: "again" }[state] ?? "play";
    toggle.replaceChildren(icon(does));
    toggle.ariaLabel = t(`film.${does}`);
    for (const [each, node] of this.#rates) node.ariaPressed = String(each === rate);
    this.#buttons.get("step").disabled = this.#buttons.get("skip").disabled = state === "ended";
  }
}

const labelOf = (name) => t(name === "toggle" ? "film.key-toggle" : `film.${name}`);

function icon(name) {
  const node = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  node.append(svg("path", { d: ICONS[name] }));
  return node;
}

/** The next speed, faster (1) or slower (-1). */
export const nextRate = (rate, by) => RATES[Math.min(RATES.length - 1, Math.max(0, RATES.indexOf(rate) + by))];
