// A token, read as far as it can be read. Whether anybody would accept it is another question: checks.js.

import { decode, encodeText } from "../base64url.js";
import { membersOf, parse } from "./members.js";

export const PARTS = ["header", "payload", "signature"];

/** header and payload are {text, members, value}; what cannot be read is null. Of a JWE only the header can be read. */
export function read(token) {
  const parts = token.split(".");
  const header = readObject(parts[0]);
  const isEncrypted = parts.length === 5 && claim(header, "enc") !== undefined; // RFC 7516, section 9
  const [payload, signature] = isEncrypted ? ["", ""] : parts.slice(1);
  return { token, parts, header, payload: readObject(payload), signature: decode(signature ?? ""), isEncrypted };
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

/** The token of a paste: without the header's name and scheme around it, and without what no token has in it. */
export const tidy = (text) => text
  .replace(/[\s"'`“”‘’«»\u200B]+/g, " ").trim()
  .replace(/^(?:-H )?(?:Authorization ?[:=] ?)?(?:Bearer )?/i, "")
  .replaceAll(" ", "").replace(/[,;]+$/, "");

/** What a stage of the checks says: state is ok, bad, unsure or skipped. */
export const light = (state, why, values) => ({ state, reasons: [{ why, values }] });
