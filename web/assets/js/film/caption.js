// What happens in a beat, in one sentence.

import { number, t, tOr } from "../lang.js";

const minutes = (seconds) => (seconds < 7200 ? t("film.minutes", { n: number(Math.round(seconds / 60)) }) : t("film.hours", { n: number(Math.round(seconds / 3600)) }));

/** The first characters of what names a session or a token: what is written on ticket, letter and card. */
export const short = (id = "") => id.slice(0, 4);

/** The caption of a frame. copied: the client has its credential from another one; copy: the one that is copied now. */
export function captionOf({ beat, scheme, n }, { copied, copy, tally }) {
  if (!beat) return tally;
  if (beat.kind !== "request") return event(beat, copy);
  const id = short(beat.credential?.id);
  const values = {
    id, replica: beat.replica || t("stage.no-replica"), status: beat.status || t("verdict.0"), client: beat.client,
    ms: number(beat.lookups?.find(({ where }) => where === "hash")?.ms ?? 0), who: copied ? t("film.copy-asks") : t("film.request", { n }),
  };
  const refused = beat.status < 200 || beat.status > 299;
  if (beat.action === "login") {
    return refused ? t("film.login-refused", values) : t(`film.login-${scheme.startsWith("session") ? scheme : beat.given?.kind ?? "none"}`, { ...values, id: short(beat.given?.id) });
  }
  if (beat.action === "logout") return refused ? t("film.logout-refused", values) : t(`film.logout-${beat.credential?.kind ?? "none"}`, values);
  if (beat.action === "refresh") return t("film.refresh", { ...values, id: short(beat.given?.id) });
  return t(`film.page-${pageKey(beat)}`, values);
}

/** Which sentence tells what became of a page: what decided is the last thing that was looked at. */
function pageKey({ service, status, credential, lookups = [], problem = "" }) {
  const at = (where) => lookups.findLast((one) => one.where === where);
  if (service) return at("home") ? (at("home").result === "no-answer" ? "home-cut" : "home") : status === 503 ? "home-cut" : "no-home";
  if (status === 0 || status === 502 || status === 504) return "no-answer";
  if (!credential) return "nothing";
  for (const where of ["denylist", "redis", "replica"]) {
    const { result } = at(where) ?? {};
    if (result) return `${where}-${result}`;
  }
  if (problem === "token-time" || problem === "session-expired") return "too-late";
  if (at("signature")?.result === "bad" || problem === "token-signature" || problem === "session-tampered") return "signature-bad";
  if (at("hash")) return "hash";
  return at("signature") && status < 300 ? "signature-good" : "other";
}

function event({ kind, fault = "", count, seconds, user, roles = [], overlap }, copy) {
  const [name, replica = ""] = fault.split(":");
  const values = { name: replica, n: number(count ?? 0), time: minutes(seconds ?? 0), thing: thing(copy) };
  switch (kind) {
    case "copy": return t("film.copy", values);
    case "more": return t("film.more", values);
    case "break": return t(`film.break-${name}`, values);
    case "mend": return t(`film.mend-${name}`, values);
    case "scale": return t("film.scale", values);
    case "flush": return t("stage.redis-flushed");
    case "advance": return t("film.advance", values);
    case "rotate-keys": return t(overlap ? "film.rotate-overlap" : "film.rotate");
    case "roles": return t("film.roles", { user, roles: roles.join(", ") || t("stage.no-role") });
  }
  return t("shell.is-reset");
}

const thing = (credential) => tOr(`film.thing-${credential?.kind}`, "", { id: short(credential?.id) });
