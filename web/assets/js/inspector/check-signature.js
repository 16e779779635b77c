// The stage that matters most: was exactly this signed with the key?

import { bytesOf, decode } from "../base64url.js";
import { isObject, parse } from "./members.js";
import { claim, light } from "./reading.js";
import { hasWebCrypto, verify } from "../webcrypto.js";

const PEM = /-----BEGIN PUBLIC KEY-----([\s\S]+)-----END PUBLIC KEY-----/;

/** jwks: the lab's keys, or null where they did not come. own: a key of the reader's instead, or "". */
export async function checkSignature({ header, parts, signature }, jwks, own = "") {
  if (!header.members) return light("skipped", "unread");
  const [alg, kid] = ["alg", "kid"].map((name) => claim(header, name) ?? "");
  if (String(alg).toLowerCase() === "none") return light("bad", "signature.none");
  const { key, refused } = own ? { key: readKey(own, kid) } : lookUpKey(jwks, alg, kid);
  if (refused) return refused;
  if (!hasWebCrypto()) return light("unsure", "signature.insecure");
  try {
    const fits = parts.length === 3 && signature && (await verify(alg, key, signature, `${parts[0]}.${parts[1]}`));
    return fits ? light("ok", own ? "signature.own" : "signature.ok", { alg }) : light("bad", "signature.no-fit");
  } catch {
    return light("unsure", "signature.unusable", { alg });
  }
}

// As the server does: by kid among its own, and the key says which alg it is for.
function lookUpKey(jwks, alg, kid) {
  if (!jwks?.length) return { refused: light("unsure", jwks ? "signature.secret" : "signature.no-jwks") };
  const jwk = jwks.find((candidate) => candidate.kid === kid);
  if (!jwk) return { refused: light("bad", kid ? "signature.no-key" : "signature.no-kid", { kid }) };
  return jwk.alg === alg ? { key: { jwk } } : { refused: light("bad", "signature.other-alg", { alg, want: jwk.alg }) };
}

// A key as PEM, as a JWK or as a secret. Of a JWK Set, the key with this ID, or the first.
function readKey(text, kid) {
  const json = parse(text);
  const jwk = json?.keys?.find?.((candidate) => candidate.kid === kid) ?? json?.keys?.[0] ?? json;
  if (isObject(jwk)) return jwk.kty === "oct" ? { raw: decode(String(jwk.k)) } : { jwk };
  const [, body] = PEM.exec(text) ?? [];
  return body ? { spki: decode(body) } : { raw: bytesOf(text) };
}

/** Whether the server refuses it before it computes anything. */
export const isEarly = ({ state, reasons: [{ why }] }) => state === "bad" && why !== "signature.no-fit";
