// The film of a round's experiment, over the whole wall.

import "../stage/stage.js";
import { Player } from "../film/player.js";
import { ask } from "./link.js";

const LAST_FRAME_FOR = 2500; // ms

export class Theatre {
  #root;
  #player;
  #shown = 0; // the number of the round whose film was begun last

  constructor(root) {
    this.#root = root;
    this.#player = new Player(root.querySelector(":scope > section"), root.querySelector(":scope > lab-stage"));
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  /** Plays the film of a round, once, the scheme that is voted on last. done is called when it is over. */
  async play({ number, asks, scheme }, done) {
    if (this.#shown === number) return;
    this.#shown = number;
    const recording = await ask("/class/recording");
    if (!recording || this.#shown !== number) return;
    this.#open(true);
    await this.#player.play(recording, [...asks.filter((other) => other !== scheme), scheme]);
    await new Promise((over) => setTimeout(over, LAST_FRAME_FOR));
    if (this.#shown === number) this.close();
    done();
  }

  close() {
    if (this.#root.hidden) return;
    this.#player.close();
    this.#open(false);
  }

  #open(open) {
    this.#root.hidden = !open;
    document.documentElement.toggleAttribute("data-film", open);
  }
}
