// The records of a store, in slots that stand still: a record keeps its slot for as long as it is there, so nothing jumps
// when others come and go. What does not fit is a number.

import { el, setText } from "../dom.js";
import { number, t } from "../lang.js";

export class RecordSlots {
  root = el("ul", { className: "records" });
  #places = []; // Place
  #empty = el("li", { className: "records-empty" });
  #shown = [[], 0, ""];
  #resized = new ResizeObserver(() => this.show(...this.#shown));

  constructor(scheme) {
    this.root.dataset.scheme = scheme;
    this.#resized.observe(this.root);
  }

  /** Shows cards, each {id, title, detail, scheme}; total may be more than are given. empty is said when there is none. */
  show(cards, total, empty) {
    this.#shown = [cards, total, empty];
    this.#makeRoom();
    const fit = this.#places.length;
    const free = total > fit ? fit - 1 : fit;
    const waiting = new Map(cards.map((card) => [card.id, card]));
    this.#places.forEach((place, i) => {
      const card = i < free ? waiting.get(place.id) : undefined;
      waiting.delete(card?.id);
      if (!card) return place.leave();
      place.put(card);
    });
    const next = waiting.values();
    for (const place of this.#places.slice(0, free)) {
      if (place.id !== null) continue;
      const { value: card } = next.next();
      if (!card) break;
      place.put(card);
    }
    if (free >= 0 && free < fit) this.#places[free].put({ id: "+", title: `+${number(total - free)}`, detail: t("stage.more") });
    this.#say(total === 0 ? empty : "");
  }

  /** Marks the slot where something was looked for: found, or missing. label is what was looked for. */
  mark({ id, label, result }) {
    const free = () => this.#places.find((one) => one.id === null) ?? this.#places.at(-1);
    const place = result === "missing" ? free() : this.#places.find((one) => one.id === id) ?? free();
    place?.mark(label, result);
    this.#empty.hidden = true;
  }

  unmark() {
    for (const place of this.#places) place.unmark();
  }

  /** All cards fall out, and are gone. */
  fall(words) {
    this.#shown = [[], 0, words];
    for (const place of this.#places) place.fall();
    this.#say(words);
  }

  #say(words) {
    setText(this.#empty, words);
    this.#empty.hidden = words === "";
  }

  #makeRoom() {
    const style = getComputedStyle(this.root);
    const count = style.gridTemplateColumns.split(" ").length * (Number(style.getPropertyValue("--rows")) || 1);
    if (count === this.#places.length) return;
    while (this.#places.length > count) this.#places.pop().root.remove();
    while (this.#places.length < count) this.#places.push(new Place());
    this.root.replaceChildren(...this.#places.map(({ root }) => root), this.#empty);
  }
}

class Place {
  id = null;
  root = el("li", { className: "record-slot", ariaHidden: "true" });
  #card = null;

  mark(label, result) {
    Object.assign(this.root.dataset, { result, label });
  }

  unmark() {
    delete this.root.dataset.result;
    delete this.root.dataset.label;
  }

  put({ id, title, detail, scheme, gone = "" }) {
    if (this.id !== id) {
      this.#card = el("div", { className: "file" }, el("b"), el("span"));
      this.root.replaceChildren(this.#card);
      this.root.ariaHidden = "false";
      this.id = id;
      if (scheme) this.#card.dataset.scheme = scheme;
    }
    this.#card.dataset.gone = gone;
    setText(this.#card.firstChild, title);
    setText(this.#card.lastChild, detail);
  }

  leave() {
    if (this.id === null) return;
    this.id = null;
    this.root.ariaHidden = "true";
    this.root.replaceChildren();
  }

  fall() {
    if (this.id === null) return;
    const card = this.#card;
    this.id = null;
    this.root.ariaHidden = "true";
    card.classList.add("falling");
    card.addEventListener("animationend", () => card.remove(), { once: true });
  }
}
