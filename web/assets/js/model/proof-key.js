// The key that a token is bound to, and the proofs that this client holds it (RFC 9449, section 4.2). Both are in memory
// only, as the token is: a reload forgets them together.

import { bytesOf, encode, encodeText } from "../base64url.js";
import { generateKey, sign } from "../webcrypto.js";

export class ProofKey {
  #pair;
  #header;
  #nonce; // what the server last asked to have in a proof

  static async make() {
    const key = new ProofKey();
    key.#pair = await generateKey("ES256");
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", key.#pair.publicKey);
    key.#header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
    return key;
  }

  /** The headers of one request: a proof for it alone, and the access token, if there is one. */
  async headers({ method = "GET", path }, token) {
    const claims = {
      jti: encode(crypto.getRandomValues(new Uint8Array(16))), htm: method, htu: location.origin + path, iat: Math.floor(Date.now() / 1000),
      nonce: this.#nonce, ath: token ? encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(token)))) : undefined,
    };
    const signed = [this.#header, claims].map((object) => encodeText(JSON.stringify(object))).join(".");
    const proof = `${signed}.${encode(await sign("ES256", this.#pair.privateKey, signed))}`;
    return { ...(token && { Authorization: `DPoP ${token}` }), DPoP: proof };
  }

  /** Whether an answer asks for a nonce in the next proof, which then has it. */
  asks({ headers }) {
    const nonce = headers.get("DPoP-Nonce");
    this.#nonce = nonce ?? this.#nonce;
    return nonce !== null;
  }
}
