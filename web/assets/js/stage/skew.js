// A skew as the lab writes it ("10m0s", "-1h30m0s") in few words.

import { duration } from "../dom.js";
import { t } from "../lang.js";

const PART = /(-?[\d.]+)(h|m|s|ms)/g;
const SECONDS = { h: 3600, m: 60, s: 1, ms: 0.001 };

export function skewOf(text = "") {
  let seconds = 0;
  for (const [, n, unit] of text.replace(/^-/, "").matchAll(PART)) seconds += Number(n) * SECONDS[unit];
  if (seconds < 1) return "";
  const sign = text.startsWith("-") ? "−" : "+";
  return t("stage.skew", { skew: `${sign}${duration(seconds)}` });
}
