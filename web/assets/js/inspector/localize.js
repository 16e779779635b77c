// Reasons, times and names in the reader's language.

import { language, lookUp, number, t } from "../lang.js";

const UNITS = [["year", 31_536_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const LONGEST = 60; // characters of a token's own in a sentence of ours

const localTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });

const count = (unit, n) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(Math.floor(n));

/** 872 is "14 min 32 sec": the two largest units. */
function span(seconds) {
  const [[unit, size], [next, part] = []] = UNITS.slice(UNITS.findIndex(([, least]) => seconds >= least || least === 1));
  return next ? `${count(unit, seconds / size)} ${count(next, (seconds % size) / part)}` : count(unit, seconds);
}

export function sentence({ why, values = {} }) {
  const blanks = Object.entries(values).map(([name, value]) => {
    if (name === "seconds") return ["span", span(value)];
    if (name === "part" || name === "is") return [name, lookUp(`inspector.${name}.${value}`)];
    return [name, typeof value === "number" ? number(value) : String(value).slice(0, LONGEST)];
  });
  return t(`inspector.reason.${why}`, Object.fromEntries(blanks));
}

/** What a name means, and which document says so; empty if the name is not registered. */
export function meaningOf(part, name) {
  const known = lookUp(`inspector.${part}-names`);
  return Object.hasOwn(known, name) ? known[name] : [];
}

export function momentOf(seconds, now) {
  const date = new Date(seconds * 1000);
  if (typeof seconds !== "number" || Number.isNaN(date.valueOf())) return undefined;
  const key = seconds > now ? "inspector.ahead" : "inspector.ago";
  return { local: localTime.format(date), distance: t(key, { span: span(Math.abs(seconds - now)) }) };
}
