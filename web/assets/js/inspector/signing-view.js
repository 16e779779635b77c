// The other pane: a header, a payload and a key make a token.

import { partsOf } from "../dom.js";
import { t } from "../lang.js";
import { say } from "../shell/shell.js";
import { isObject, parse } from "./members.js";
import { freshClaims, signToken } from "./signing.js";
import { colour } from "./token-view.js";
import { hasWebCrypto } from "../webcrypto.js";

/** inspect: what to do with a token that was signed here. */
export function showSigning(root, inspection, kid, inspect) {
  const { lead, alg, secret, password, header, payload, sign, above, out, use } = partsOf(root);
  let signed;

  const fill = (head, claims) => {
    secret.hidden = alg.value !== "HS256";
    header.value = pretty({ ...head, alg: alg.value });
    if (claims) payload.value = pretty(claims);
  };
  fill({ alg: "", kid, typ: "at+jwt" }, freshClaims(Math.floor(inspection.now())));

  sign.disabled = !hasWebCrypto();
  if (sign.disabled) lead.textContent = t("inspector.sign-insecure");
  alg.addEventListener("change", () => fill(parse(header.value)));
  above.addEventListener("click", () => fill(inspection.reading.header.value, inspection.reading.payload.value));
  sign.addEventListener("click", async () => {
    const isWrong = (field) => (field === password ? field.value === "" : !isObject(parse(field.value)));
    const wrong = [header, payload, password].find(isWrong);
    for (const field of [header, payload, password]) field.ariaInvalid = String(field === wrong);
    wrong?.focus();
    if (wrong) return say(t(`inspector.sign-${wrong.name}`), true);
    try {
      signed = await signToken(alg.value, parse(header.value), parse(payload.value), password.value);
    } catch {
      return say(t("inspector.sign-unknown", { alg: alg.value }), true);
    }
    colour(out, signed.token);
    use.disabled = false;
    say(t("inspector.signed"));
  });
  use.addEventListener("click", () => inspect(signed));
}

function pretty(object) {
  const lines = Object.entries(object).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
}
