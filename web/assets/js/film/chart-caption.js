// What a point of a curve says, in two sentences: the second when it is where it was measured. At the end, what became of
// each lane.

import { number, t } from "../lang.js";
import { called } from "./caption.js";
import { lineOf } from "./chart-reel.js";

const ms = (y) => number(y, 2);
const permissionsOf = (n) => (n === 1 ? t("film.chart-one") : t("film.chart-many", { n: number(n) }));

export function chartCaptionOf({ beat, scheme, point, x, n }, { points }, { scale, schemes }) {
  if (!beat) return [scale === "distance" ? mediansOf(points, schemes) : schemes.map((one) => weightsOf(points, one)).join(" · ")];
  const values = { client: called(beat.client ?? "", ""), status: beat.status, n: number(n), permissions: permissionsOf(x), away: ms(x) };
  if (!point) return [x ? t("film.break-redis-slow", { ms: ms(x) }) : t("film.mend-redis-slow")];
  if (scale === "permissions") {
    if (point.y === null) return [t("film.chart-has", values), t("film.chart-refused", values)];
    return [t("film.chart-has", values), t("film.chart-weighs", { ...values, bytes: number(point.y), thing: t(`film.chart-${beat.credential.kind}`) })];
  }
  const [, median] = lineOf(points, scheme).find(([at]) => at === x) ?? [x, point.y];
  return [t(x ? "film.chart-away" : "film.chart-near", values), t("film.chart-took", { ms: ms(point.y ?? 0), median: ms(median) })];
}

function weightsOf(points, scheme) {
  const line = lineOf(points, scheme);
  const refused = points.filter((point) => point.scheme === scheme && !point.good).map(({ x }) => x);
  const values = { scheme, from: number(line[0]?.[1] ?? 0), to: number(line.at(-1)?.[1] ?? 0), permissions: permissionsOf(Math.min(...refused)) };
  if (refused.length > 0) return t("film.chart-breaks", values);
  return t(values.from === values.to ? "film.chart-stays" : "film.chart-grows", values);
}

function mediansOf(points, schemes) {
  const all = schemes.map((scheme) => [scheme, lineOf(points, scheme)]).filter(([, line]) => line.length > 0);
  const each = all.map(([scheme, line]) => `${scheme}: ${ms(line[0][1])} → ${ms(line.at(-1)[1])} ms`).join(" · ");
  return t("film.chart-medians", { away: ms(Math.max(...points.map(({ x }) => x))), each });
}
