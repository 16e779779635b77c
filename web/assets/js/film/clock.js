// The time of a film: all that moves or waits goes by one clock, which can be held, hurried and stopped.

export class Clock {
  #running = new Set();
  #still = document.createElement("i");
  #rate = 1;
  #held = false;

  /** Animates an element, and resolves when that has ended. Rejects when the clock is stopped. */
  async run(element, keyframes, ms) {
    const animation = element.animate(keyframes, { duration: Math.max(1, ms), easing: "ease-in-out", fill: "both" });
    animation.playbackRate = this.#rate;
    if (this.#held) animation.pause();
    this.#running.add(animation);
    try {
      await animation.finished;
    } finally {
      this.#running.delete(animation);
    }
  }

  wait = (ms) => this.run(this.#still, [{ opacity: 1 }, { opacity: 1 }], ms);

  hold() {
    this.#held = true;
    for (const animation of this.#running) animation.pause();
  }

  go() {
    this.#held = false;
    for (const animation of this.#running) animation.play();
  }

  set rate(rate) {
    this.#rate = rate;
    for (const animation of this.#running) animation.updatePlaybackRate(rate);
  }

  get rate() {
    return this.#rate;
  }

  stop() {
    this.#held = false;
    for (const animation of this.#running) animation.cancel();
  }
}
