// A token of one's own: everything about it is right, except whose key it is.

import { bytesOf, encode, encodeText } from "../base64url.js";
import { generateKey, importSecret, sign } from "../webcrypto.js";

const LIFE = 900; // s, as the lab's

const random = () => encode(crypto.getRandomValues(new Uint8Array(16)));

/** Claims as the lab writes them, of an attacker who makes themself an admin. */
export const freshClaims = (now) => ({
  iss: "authlab", sub: "bob", aud: ["authlab"], exp: now + LIFE, iat: now, jti: random(),
  client_id: "authlab", sid: random(), roles: ["user", "admin"],
});

const pairs = {}; // by alg, as long as the page is there

/**
 * Returns the token, and what it can be checked with: the secret, or the public half as a JWK. It rejects where the
 * browser does not know the algorithm.
 */
export async function signToken(alg, header, payload, secret) {
  const isSecret = alg === "HS256";
  const pair = isSecret ? null : (pairs[alg] ??= await generateKey(alg));
  const key = isSecret ? await importSecret(alg, bytesOf(secret)) : pair.privateKey;
  const signed = [header, payload].map((object) => encodeText(JSON.stringify(object))).join(".");
  return {
    token: `${signed}.${encode(await sign(alg, key, signed))}`,
    key: isSecret ? secret : JSON.stringify(await crypto.subtle.exportKey("jwk", pair.publicKey)),
  };
}
