// The lab's panel: what can be broken and mended beyond the buttons on the stage.

import { el, setText } from "../dom.js";
import { language, t, tOr } from "../lang.js";
import { CLUSTER_CHANGED } from "../model/events.js";
import { sayAnswer } from "./by-hand.js";

const MOST = 6; // replicas that are offered, if there can be as many
const DELAYS = ["0ms", "1ms", "5ms"];
const NAMED = /^([\w-]+)(?::(.+))?$/; // a fault: its kind, and what it befell

export class LabPanel {
  #lab;
  #root = document.getElementById("lab-panel");
  #clock = document.getElementById("clock");
  #faults = document.getElementById("faults");
  #skewed = document.getElementById("skewed");
  #ahead = 0; // ms that the lab's clock is ahead of ours
  #controls;
  #most = 0; // replicas that are offered now

  constructor(lab) {
    this.#lab = lab;
    this.#controls = {
      quarter: () => [lab.forward("15m"), t("playground.done-quarter")],
      shift: () => [lab.forward("8h"), t("playground.done-shift")],
      skew: () => [lab.skewClock(this.#skewed.value, document.getElementById("skew").value), t("playground.done-skew", { name: this.#skewed.value })],
      silence: () => [lab.silenceReplica(this.#skewed.value), t("playground.done-silence", { name: this.#skewed.value })],
      overlap: () => [lab.rotateKeys(true), t("playground.done-overlap")],
      rotate: () => [lab.rotateKeys(false), t("playground.done-rotate")],
      boot: () => [lab.bootKeys(), t("playground.done-boot")],
    };
    for (const button of this.#root.querySelectorAll("[data-control]")) button.addEventListener("click", () => this.press(button.dataset.control));
    this.#offer(MOST);
    segments("delay", DELAYS.map((ms) => [ms, ms.replace("ms", " ms")]), (ms) => this.#answer(lab.delayRedis(ms), t("playground.done-delay", { ms: ms.replace("ms", " ms") })));
    choose("delay", DELAYS[0]);
    lab.addEventListener(CLUSTER_CHANGED, ({ detail }) => this.#show(detail));
    setInterval(() => this.#tick(), 1000);
  }

  press(control) {
    return this.#answer(...this.#controls[control]());
  }

  async #answer(asked, done) {
    sayAnswer(await asked, done);
  }

  /** Offers as many replicas as there can be here. */
  #offer(most) {
    if (most === this.#most) return;
    this.#most = most;
    const counts = Array.from({ length: most }, (_, i) => [String(i + 1), String(i + 1)]);
    segments("count", counts, (n) => this.#answer(this.#lab.scale(Number(n)), t("playground.done-scale", { n })));
  }

  #show({ now, replicas, faults, max_replicas: most = MOST }) {
    this.#offer(Math.min(MOST, most));
    choose("count", String((replicas ?? []).length));
    if (!faults?.includes("redis-slow")) choose("delay", DELAYS[0]);
    const names = (replicas ?? []).map(({ name }) => name);
    if (names.join() !== [...this.#skewed.options].map(({ value }) => value).join()) {
      const chosen = this.#skewed.value;
      this.#skewed.replaceChildren(...names.map((name) => el("option", { value: name, selected: name === chosen }, name)));
    }
    setText(this.#faults, (faults ?? []).map(faultText).join(" · ") || t("playground.nothing"));
    this.#ahead = now ? new Date(now) - Date.now() : 0;
    this.#tick();
  }

  #tick() {
    const minutes = Math.round(this.#ahead / 60_000);
    const time = new Date(Date.now() + this.#ahead).toLocaleTimeString(language === "en" ? "en-GB" : language);
    setText(this.#clock, minutes === 0 ? time : `${time} (+${minutes < 120 ? `${minutes} min` : `${+(minutes / 60).toFixed(1)} h`})`);
  }
}

function faultText(fault) {
  const [, kind, name = ""] = fault.match(NAMED) ?? [fault, fault];
  return tOr(`playground.fault-${kind}`, fault, { name });
}

/** A choice of one of a few, as radio buttons in a row. */
function segments(id, choices, chosen) {
  const root = document.getElementById(id);
  root.querySelector(".segment-row")?.remove();
  const row = el("div", { className: "segment-row" });
  for (const [value, text] of choices) {
    const radio = el("input", { type: "radio", name: id, value });
    radio.addEventListener("change", () => chosen(value));
    row.append(el("label", {}, radio, el("span", {}, text)));
  }
  root.append(row);
}

function choose(id, value) {
  const radio = document.querySelector(`#${id} input[value="${value}"]`);
  if (radio) radio.checked = true;
}
