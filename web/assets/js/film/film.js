// The film: a recorded run, played back on the stage at reading pace.
//
//   const film = new Film(section, stage, script)   section: where caption and buttons stand
//   await film.play(recording, ["basic", …])     true: seen to the end; false: skipped, closed, or nothing to see
//   await film.showRequest(recording, scheme, 401, leave)
//   await film.still(recording, schemes)         its last frame stays, without controls
//   film.explain(signs)                          says at the stage what signs mean: {symbol, text, sign}
//   film.close()                                 the stage shows the lab again
//
// What plays it is loaded when the reader first touches the page: nothing is played before something has run.

/** Plays recordings on a stage, with its controls and captions in a place of the page. */
export class Film {
  #asked = 0; // how often something was asked for: what was asked for before is given up

  /**
   * @param place the section that holds caption and controls; stage the lab-stage that is played on; script loads the
   * module that has Player, and its style and texts
   */
  constructor(place, stage, script) {
    const load = async () => {
      const { Player } = await script();
      return new Player(place, stage);
    };
    this.load = () => (this.loaded ??= load());
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, this.load, { once: true });
    stage.film = this;
  }

  /**
   * Plays what a recording holds of some schemes, one after the other in this order.
   * Resolves when it has ended: true if it was seen to the end, false if it was skipped, closed or there is none.
   */
  async play(recording, schemes) {
    const asked = ++this.#asked;
    const player = await this.load();
    return asked === this.#asked && player.play(recording, schemes);
  }

  /** Shows one moment again, held: the first request of a scheme that was answered so. False if there is none. leave: what closes it. */
  async showRequest(recording, scheme, status, leave) {
    const asked = ++this.#asked;
    const player = await this.load();
    return asked === this.#asked && player.showRequest(recording, scheme, status, leave);
  }

  /** Leaves the last frame on the stage, marked as what it is, until it is closed. False if there is nothing to see. */
  async still(recording, schemes) {
    const asked = ++this.#asked;
    const player = await this.load();
    return asked === this.#asked && player.still(recording, schemes);
  }

  async explain(signs) {
    if (signs.length > 0 || this.loaded) (await this.load()).explain(signs);
  }

  /** Ends it, and gives the stage back to the lab. */
  async close() {
    this.#asked++;
    if (this.loaded) (await this.loaded).close();
  }
}
