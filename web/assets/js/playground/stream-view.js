// The slider of the stream, and its count.

import { setText } from "../dom.js";
import { number, problemText, t } from "../lang.js";
import { STREAM_CHANGED } from "../model/events.js";
import { say } from "../shell/shell.js";

const USUAL = 20; // requests a second, where a key starts it

export class StreamView {
  #stream;
  #schemes;
  #root = document.getElementById("stream");
  #slider = this.#root.querySelector("input");
  #rate = this.#root.querySelector("output");
  #tally = this.#root.querySelector("[data-part=tally]");

  /** schemes tells which take part at a moment. */
  constructor(stream, schemes) {
    this.#stream = stream;
    this.#schemes = schemes;
    this.#slider.addEventListener("input", () => this.#start(Number(this.#slider.value)));
    stream.addEventListener(STREAM_CHANGED, () => this.#show());
    this.#show();
  }

  toggle() {
    return this.#start(this.#stream.running ? 0 : USUAL);
  }

  async #start(rate) {
    const inTheWay = await this.#stream.start(rate, this.#schemes);
    if (inTheWay) say(problemText(inTheWay), true);
  }

  #show() {
    const { rate, running, sent, known, lost, left } = this.#stream;
    if (!running && Number(this.#slider.value) > 0) this.#slider.value = 0;
    if (running && Number(this.#slider.value) !== rate) this.#slider.value = rate;
    const text = running ? t("playground.per-second", { n: number(rate) }) : t("playground.stopped");
    setText(this.#rate, text);
    this.#slider.ariaValueText = text;
    const values = { sent: number(sent), known: number(known), lost: number(lost), left: number(left) };
    setText(this.#tally, running ? t("playground.streaming", values) : sent > 0 ? t("playground.streamed", values) : t("playground.not-streamed"));
  }
}
