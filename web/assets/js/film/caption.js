// What happens in a beat, in one sentence.

import { number, t, tOr } from "../lang.js";

const minutes = (seconds) => (seconds < 7200 ? t("film.minutes", { n: number(Math.round(seconds / 60)) }) : t("film.hours", { n: number(Math.round(seconds / 3600)) }));

/** The first characters of what names a session or a token: what is written on ticket, letter and card. */
export const short = (id = "") => id.slice(0, 4);

/** A client as it is called on a card: user-00042 is user-42. */
export const called = (client) => client.replace(/^(user-)0+/, "$1");

/** The caption of a frame. copied: the client has its credential from another one; copy: the one that is copied now. */
export function captionOf({ beat, scheme, n }, { copied, copy, tally }) {
  if (!beat) return tally;
  if (beat.kind !== "request") return event(beat, copy);
  const id = short(beat.credential?.id);
  const values = {
    id, replica: beat.replica || t("stage.no-replica"), status: beat.status || t("verdict.0"), client: called(beat.client),
    ms: number(beat.lookups?.find(({ where }) => where === "hash")?.ms ?? 0), who: copied ? t("film.copy-asks") : t("film.request", { n }),
  };
  const refused = beat.status < 200 || beat.status > 299;
  const { problem = "" } = beat;
  if (beat.action === "login") {
    if (problem.endsWith("-too-large") || problem === "token-too-long") return t("film.login-too-large", values);
    return refused ? t("film.login-refused", values) : t(`film.login-${scheme.startsWith("session") ? scheme : beat.given?.kind ?? "none"}`, { ...values, id: short(beat.given?.id) });
  }
  if (beat.action === "logout") return refused ? t("film.logout-refused", values) : t(`film.logout-${beat.credential?.kind ?? "none"}`, values);
  if (beat.action === "refresh") {
    if (refused) return t("film.refresh-refused", { ...values, client: copied ? t("film.other-client") : values.client });
    return t("film.refresh", { ...values, id: short(beat.given?.id) });
  }
  return t(`film.page-${pageKey(beat)}`, values);
}

function homeKey(home, status) {
  if (!home) return status === 503 ? "home-cut" : "no-home";
  if (home.result === "no-answer") return "home-cut";
  return home.desc?.includes("jwks") ? "home-keys" : "home";
}

/** Which sentence tells what became of a page: what decided is the last thing that was looked at. */
function pageKey({ service, status, credential, lookups = [], problem = "" }) {
  const at = (where) => lookups.findLast((one) => one.where === where);
  if (service) return homeKey(at("home"), status);
  if (status === 0 || status === 502 || status === 504) return "no-answer";
  if (!credential) return "nothing";
  for (const where of ["denylist", "redis", "replica"]) {
    const { result } = at(where) ?? {};
    if (result) return `${where}-${result}`;
  }
  if (problem === "token-time" || problem === "session-expired") return "too-late";
  if (at("signature")?.result === "bad" || problem === "token-signature" || problem === "session-tampered") return "signature-bad";
  if (problem === "token-format") return "unreadable";
  if (at("hash")) return "hash";
  return at("signature") && status < 300 ? "signature-good" : "other";
}

function event({ kind, fault = "", count, seconds, user, roles = [], overlap }, copy) {
  const [name, replica = ""] = fault.split(":");
  const values = { name: replica, n: number(count ?? 0), time: minutes(seconds ?? 0), thing: thing(copy) };
  switch (kind) {
    case "copy": return t("film.copy", values);
    case "more": return t("film.more", values);
    case "break": return t(`film.break-${name}`, { ...values, ms: number((seconds ?? 0) * 1000) });
    case "mend": return t(`film.mend-${name}`, values);
    case "scale": return t("film.scale", values);
    case "flush": return t("stage.redis-flushed");
    case "advance": return t("film.advance", values);
    case "rotate-keys": return t(overlap ? "film.rotate-overlap" : "film.rotate");
    case "roles": return count > roles.length ? t("film.roles-many", { user: called(user), n: values.n }) : t("film.roles", { user: called(user), roles: roles.join(", ") || t("stage.no-role") });
  }
  return t("shell.is-reset");
}

const thing = (credential) => tOr(`film.thing-${credential?.kind}`, "", { id: short(credential?.id) });
