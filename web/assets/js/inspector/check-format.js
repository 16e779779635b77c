// The first stage: is this written as our server writes tokens? It refuses on purpose what others forgive, so that a
// token has one spelling and one meaning.

import { bytesOf, isStrict } from "../base64url.js";
import { claim, PARTS } from "./reading.js";

const MOST = 8192; // bytes
const TYPE = "at+jwt"; // RFC 9068, section 2.1
const HEADERS = ["alg", "kid", "typ"];

const isText = (value) => typeof value === "string";
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isNumber = (value) => typeof value === "number";
const isInstant = (value) => isNumber(value) && value >= 0 && value <= 1e11;
const CLAIMS = {
  ...Object.fromEntries(["iss", "sub", "jti", "client_id", "sid"].map((name) => [name, ["text", isText]])),
  aud: ["texts", (value) => isText(value) || isTexts(value)],
  roles: ["texts", isTexts],
  exp: ["number", isNumber],
  ...Object.fromEntries(["iat", "auth_time"].map((name) => [name, ["number", isInstant]])),
};

/** The reasons to refuse it. Those that are late are found only after the key. */
export function checkFormat({ token, parts, header, payload }) {
  const reasons = [];
  const refuse = (why, values, late = false) => reasons.push({ why: `format.${why}`, values, late });

  const length = bytesOf(token).length;
  if (length > MOST) refuse("too-long", { length, most: MOST });
  if (parts.length !== 3) refuse("parts", { count: parts.length });
  for (const [i, text] of parts.slice(0, 3).entries()) {
    const values = { part: PARTS[i] };
    if (text === "") refuse("empty", values);
    else if (!isStrict(text)) refuse("base64url", values, i === 2 && /^[\w-]+$/.test(text));
  }
  for (const [part, { text, members }] of Object.entries({ header, payload })) {
    if (text !== null && !members) refuse("not-object", { part });
    const names = members?.map(({ name }) => name.toLowerCase()) ?? [];
    for (const name of new Set(names.filter((name, i) => names.indexOf(name) < i))) refuse("twice", { part, name });
  }
  for (const { name } of header.members ?? []) {
    if (!HEADERS.includes(name)) refuse("header", { name });
    else if (!isText(claim(header, name) ?? "")) refuse("claim", { name, is: "text" });
  }
  const typ = claim(header, "typ");
  if (header.members && String(typ).toLowerCase() !== TYPE) refuse(typ ? "typ" : "no-typ", { typ, want: TYPE });
  for (const [name, [is, fits]] of Object.entries(CLAIMS)) {
    const value = claim(payload, name);
    if (value !== undefined && (value !== null || fits === isInstant) && !fits(value)) refuse("claim", { name, is }, true);
  }
  return reasons;
}
