// The four lights, and at which of them our server would stop. Format and signature have modules of their own.

import { checkFormat } from "./check-format.js";
import { isEarly } from "./check-signature.js";
import { claim, light } from "./reading.js";

const ISSUER = "authlab";
const BROKEN = ["parts", "empty", "base64url", "not-object", "twice"].map((why) => `format.${why}`); // for every server, not ours alone
const WANTED = { iss: ISSUER, aud: ISSUER, exp: "", sub: "", jti: "", sid: "", client_id: "", iat: "" }; // "": any value

/**
 * lights: one for each stage. here: {state, stage}, what our server would say, which asks no key of the reader's.
 * kind: "jwe", or "foreign" for a good token of another issuer's, which is not measured by our rules; else "".
 * isUnknown: it came from outside, and names no key of the lab.
 */
export function judge(reading, byServer, byOwn, now, isUnknown) {
  const refusals = checkFormat(reading);
  const format = refusals.length > 0 ? { state: "bad", reasons: refusals } : light("ok", "format.ok");
  const signature = byOwn ? { ...byOwn, reasons: [...byOwn.reasons, { why: "signature.by-lab" }] } : byServer;
  const lights = { format, signature, time: checkTime(reading, now), claims: checkClaims(reading) };
  const here = whereRefused({ ...lights, signature: byServer });
  if (reading.isEncrypted) return { kind: "jwe", here, lights: lightsOfJWE() };
  if (isUnknown && isForeign(reading, refusals)) return { kind: "foreign", here, lights: lightsOfForeign(reading, lights.time, byOwn) };
  return { kind: "", here, lights };
}

function isForeign({ header, payload }, refusals) {
  const alg = String(claim(header, "alg") ?? "none").toLowerCase();
  return alg !== "none" && claim(payload, "iss") !== ISSUER && !refusals.some(({ why }) => BROKEN.includes(why));
}

const lightsOfJWE = () => Object.fromEntries(["format", "signature", "time", "claims"].map((stage) => [stage, light("skipped", `jwe.${stage}`)]));

const lightsOfForeign = ({ header }, time, byOwn) => ({
  format: light("ok", "foreign.format"),
  signature: byOwn || light("skipped", "foreign.signature", { alg: claim(header, "alg") }),
  time,
  claims: light("skipped", "foreign.claims"),
});

function checkTime({ payload }, now) {
  const [exp, iat, nbf] = ["exp", "iat", "nbf"].map((name) => Math.floor(claim(payload, name) ?? NaN));
  if (now >= exp) return light("bad", "time.expired", { seconds: now - exp });
  if (now < iat) return light("bad", "time.future", { seconds: iat - now });
  if (now < nbf) return light("unsure", "time.early", { seconds: nbf - now });
  return now < exp ? light("ok", "time.left", { seconds: exp - now }) : light("skipped", "time.no-exp");
}

function checkClaims({ payload }) {
  if (!payload.members) return light("skipped", "unread");
  const reasons = [];
  for (const [name, want] of Object.entries(WANTED)) {
    const said = claim(payload, name) ?? "";
    if ([said].flat().join("") === "") reasons.push({ why: "claims.missing", values: { name } });
    else if (want && ![said].flat().includes(want)) reasons.push({ why: "claims.other", values: { name, value: JSON.stringify(said), want } });
  }
  return reasons.length > 0 ? { state: "bad", reasons } : light("ok", "claims.ok");
}

function whereRefused(lights) {
  const isEarlier = lights.format.reasons.some(({ late }) => late === false);
  if (!isEarlier && isEarly(lights.signature)) return { state: "bad", stage: "signature" };
  for (const [stage, { state }] of Object.entries(lights)) {
    if (state === "bad") return { state, stage };
    if (stage === "signature" && state !== "ok") return { state: "unsure", stage };
  }
  return { state: "ok", stage: "" };
}
