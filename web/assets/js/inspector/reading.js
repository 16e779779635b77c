// A token, read as far as it can be read. Whether anybody would accept it is another question: checks.js.

import { decode, encodeText } from "./base64url.js";
import { membersOf, parse } from "./members.js";

export const PARTS = ["header", "payload", "signature"];

/** header and payload are {text, members, value}; what cannot be read is null. */
export function read(token) {
  const parts = token.split(".");
  return { token, parts, header: readObject(parts[0]), payload: readObject(parts[1]), signature: decode(parts[2] ?? "") };
}

function readObject(encoded) {
  const bytes = encoded ? decode(encoded) : null;
  const text = bytes && new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const members = membersOf(text ?? "");
  return { text, members, value: members && parse(text) };
}

export const claim = ({ value }, name) => (value && Object.hasOwn(value, name) ? value[name] : undefined);

/** The token with another text in its header or payload. All else stays, also the signature. */
export const withText = ({ parts }, part, text) => parts.with(PARTS.indexOf(part), encodeText(text)).join(".");

/** What a paste is meant to be: no token has spaces or line breaks. */
export const tidy = (text) => text.replace(/^\s*(?:Authorization:\s*)?Bearer\s/i, "").replace(/\s/g, "");

/** What a stage of the checks says: state is ok, bad, unsure or skipped. */
export const light = (state, why, values) => ({ state, reasons: [{ why, values }] });
