// A slider of permissions: alice gets so many, logs in with each scheme, and one request is weighed.

import { el } from "../../dom.js";
import { number, t } from "../../lang.js";
import { Curve, linesOf } from "../../curve.js";
import { OutsideClient } from "./outside-client.js";
import { Rows } from "./rows.js";

const MOST = 500;
const MEASURED = [1, 10, 100, 300]; // permissions that the experiment weighs
const COOKIE = 4096; // bytes: a browser drops a longer cookie (RFC 6265bis, section 5.6)
const KB = 1024;
const LIMITS = [4, 8]; // KB

export function make({ schemes }, { lab, reader, result, wrong }) {
  const rows = new Rows(schemes);
  const curve = new Curve({
    x: { most: MOST, ticks: [1, 100, 200, 300, 400, 500], unit: "", name: t("film.axis-permissions") }, y: { most: 10, ticks: [0, 2, 4, 6, 8], unit: "KB", name: t("film.axis-bytes") },
    limits: LIMITS.map((kb) => ({ at: kb, label: `${kb} KB` })), label: t("hands.permissions-curve"),
  });
  for (const { scheme, measures } of result?.cells ?? []) {
    if (schemes.includes(scheme)) curve.line(scheme, MEASURED.map((n) => [n, measures[`bytes_${n}`]]).filter(([, bytes]) => bytes).map(([n, bytes]) => [n, bytes / KB]));
  }
  const slider = el("input", { type: "range", min: 1, max: MOST, value: 1, step: 1, id: "permissions" });
  const said = el("output", { htmlFor: "permissions" });
  const tell = () => {
    said.textContent = t("hands.permissions-are", { n: slider.value });
    curve.mark(Number(slider.value));
  };
  let before = null; // alice's own roles, while she has others
  let weighing = Promise.resolve();

  async function weigh(n) {
    if (!before) {
      await lab.refresh(); // a slow page may have no picture of the lab yet, and the next one would show what was set here
      before = lab.accountNamed(reader.name)?.roles ?? null;
    }
    const exchange = await lab.setRoles(reader.name, Array.from({ length: n }, (_, i) => `perm-${String(i + 1).padStart(3, "0")}`));
    if (!exchange.ok) return wrong(exchange);
    for (const scheme of schemes) {
      const client = new OutsideClient(reader.name);
      const login = await client.login(reader, scheme);
      if (login.exchange) return wrong(login.exchange);
      const bytes = client.credentialOf(scheme).length;
      const isCookie = scheme.startsWith("session");
      const isDropped = isCookie && bytes > COOKIE;
      const answer = login.status === 200 && !isDropped ? await client.get(scheme) : login;
      rows.hold(scheme, bytes ? t("hands.weighs", { bytes: number(bytes) }) : t("hands.no-credential"));
      rows.add(scheme, isDropped ? { status: 0 } : answer, number(n), isDropped ? t("hands.dropped") : bytes ? undefined : t("hands.too-large"));
      if (bytes) curve.dot(scheme, n, bytes / KB, answer.status === 200 && !isDropped);
    }
  }
  slider.addEventListener("input", tell);
  slider.addEventListener("change", () => {
    weighing = weighing.then(() => weigh(Number(slider.value)));
  });
  tell();
  return {
    root: el("div", { className: "hand" }, el("label", { htmlFor: "permissions" }, t("hands.permissions", { name: reader.name })), slider, said, linesOf(schemes), curve.root, rows.root),
    async close() {
      await weighing;
      if (before) await lab.setRoles(reader.name, before);
      before = null;
    },
  };
}
