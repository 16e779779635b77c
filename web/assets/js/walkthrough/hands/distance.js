// A slider of Redis' distance: how long the server waits for it, in each scheme, as its own Server-Timing says.

import { el } from "../../dom.js";
import { number, t } from "../../lang.js";
import { Curve, linesOf } from "../../curve.js";

const MOST = 10; // ms
const REQUESTS = 5;
const MEASURED = [0, 1, 5]; // ms that the experiment measures at

export function make({ schemes }, { lab, wallet, reader, result, wrong }) {
  const curve = new Curve({
    x: { most: MOST, ticks: [0, 2, 4, 6, 8, 10], unit: "ms", name: t("film.axis-distance") }, y: { most: 15, ticks: [0, 5, 10, 15], unit: "ms", name: t("film.axis-time") }, label: t("hands.distance-curve"),
  });
  for (const { scheme, measures } of result?.cells ?? []) {
    if (schemes.includes(scheme)) curve.line(scheme, MEASURED.map((ms) => [ms, measures[`median_${ms}ms`]]));
  }
  const slider = el("input", { type: "range", min: 0, max: MOST, value: 0, step: 1, id: "distance" });
  const said = el("output", { htmlFor: "distance" });
  const table = el("dl", { className: "took-each" });
  const tell = () => {
    said.textContent = t("hands.distance-is", { ms: slider.value });
    curve.mark(Number(slider.value));
  };
  let isFar = false;
  let measuring = Promise.resolve();

  async function measure(ms) {
    const exchange = await lab.delayRedis(`${ms}ms`);
    if (!exchange.ok) return wrong(exchange);
    isFar = ms > 0;
    if (!schemes.every((scheme) => wallet.held.some((held) => held.scheme === scheme))) await wallet.login(reader, schemes);
    table.replaceChildren();
    for (const scheme of schemes) {
      const took = [];
      for (let i = 0; i < REQUESTS; i++) took.push((await wallet.get(scheme)).costs.reduce((sum, { duration }) => sum + duration, 0));
      const median = took.sort((a, b) => a - b)[Math.floor(REQUESTS / 2)];
      curve.dot(scheme, ms, median);
      table.append(el("dt", { dataset: { scheme } }, el("span", { className: "swatch" }), ` ${scheme}`), el("dd", {}, `${number(median, 2)} ms`));
    }
  }
  slider.addEventListener("input", tell);
  slider.addEventListener("change", () => {
    measuring = measuring.then(() => measure(Number(slider.value)));
  });
  tell();
  return {
    root: el("div", { className: "hand" }, el("label", { htmlFor: "distance" }, t("hands.distance")), slider, said, linesOf(schemes), curve.root, table),
    async close() {
      await measuring;
      if (isFar) await lab.delayRedis("0s");
      isFar = false;
    },
  };
}
