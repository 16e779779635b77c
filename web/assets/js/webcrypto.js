// Signatures by WebCrypto, which knows them by other names than JOSE does (RFC 7518, section 3; RFC 8037).

import { bytesOf } from "./base64url.js";

const CURVES = { 256: "P-256", 384: "P-384", 512: "P-521" };

function algorithm(alg) {
  if (alg === "EdDSA" || alg === "Ed25519") return { name: "Ed25519" };
  const [, family, bits] = /^([HREP]S)(256|384|512)$/.exec(alg) ?? [];
  const hash = `SHA-${bits}`;
  return {
    HS: { name: "HMAC", hash },
    RS: { name: "RSASSA-PKCS1-v1_5", hash },
    PS: { name: "RSA-PSS", hash, saltLength: bits / 8 },
    ES: { name: "ECDSA", hash, namedCurve: CURVES[bits] },
  }[family];
}

/** A browser gives WebCrypto to pages on https and on localhost only. */
export const hasWebCrypto = () => Boolean(globalThis.crypto?.subtle);

/** key: {jwk}, {spki} or {raw}. It rejects where the key is none for this alg, or the browser cannot do it. */
export async function verify(alg, key, signature, text) {
  const [[format, material]] = Object.entries(key);
  const { kty, crv, x, y, n, e } = material; // of a JWK the public half alone, and not what it says of itself
  const usable = format === "jwk" ? { kty, crv, x, y, n, e } : material;
  const imported = await crypto.subtle.importKey(format, usable, algorithm(alg), false, ["verify"]);
  return crypto.subtle.verify(algorithm(alg), imported, signature, bytesOf(text));
}

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

/** A pair whose private half no script can copy out of the browser, this one included. */
export const generateKey = (alg) => crypto.subtle.generateKey({ ...RSA, ...algorithm(alg) }, false, ["sign", "verify"]);
export const importSecret = (alg, raw) => crypto.subtle.importKey("raw", raw, algorithm(alg), false, ["sign"]);
export const sign = async (alg, key, text) => new Uint8Array(await crypto.subtle.sign(algorithm(alg), key, bytesOf(text)));
