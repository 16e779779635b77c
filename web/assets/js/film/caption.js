// What happens in a beat, in a sentence or two.

import { number, t, tOr } from "../lang.js";

const minutes = (seconds) => (seconds < 7200 ? t("film.minutes", { n: number(Math.round(seconds / 60)) }) : t("film.hours", { n: number(Math.round(seconds / 3600)) }));

/** The first characters of what names a session or a token: what is written on ticket, letter and card. */
export const short = (id = "") => id.slice(0, 4);

/** A client as it is called on a card: user-00042 is user-42. */
export const called = (client) => client.replace(/^(user-)0+/, "$1");

/**
 * The caption of a frame, as its sentences. Of a request the first says what sets out, and the second what became of it:
 * that is told when it is seen. copied: the client has its credential from another one; kept: its user has set it aside; copy:
 * the credential that is copied now.
 */
export function captionOf({ beat, scheme, n }, { copied, kept, copy, tally }) {
  if (!beat) return [tally];
  if (beat.kind !== "request") return [event(beat, copy)];
  const id = short((beat.action === "page" || beat.action === "logout" ? beat.credential : beat.given)?.id);
  const values = {
    id, replica: beat.replica?.replaceAll("-", "\u2011"), status: beat.status || t("verdict.0"), client: copied && !kept ? t("film.other-client") : called(beat.client),
    ms: number(beat.lookups?.find(({ where }) => where === "hash")?.ms ?? 0),
    who: copied ? t(`film.asks-${kept ? "kept" : "copy"}`) : beat.action === "page" ? t("film.request", { n }) : called(beat.client),
  };
  return [t(`film.${setsOut(beat)}`, values), t(`film.${became(beat, scheme)}`, values)];
}

function setsOut({ action, service, replica }) {
  if (service) return "goes-service";
  if (!replica) return "goes-nowhere";
  return action === "page" ? "goes" : `goes-${action}`;
}

function became(beat, scheme) {
  const { action, problem = "", given, credential, replica } = beat;
  if (action === "page" || !replica) return `page-${pageKey(beat)}`;
  if (problem.endsWith("-too-large") || problem === "token-too-long") return "login-too-large";
  if (beat.status < 200 || beat.status > 299) return "refused";
  if (action === "login") return `login-${scheme.startsWith("session") ? scheme : given?.kind ?? "none"}`;
  return action === "logout" ? `logout-${credential?.kind ?? "none"}` : "refresh";
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

function event({ kind, fault = "", count, seconds, user, from, kept, roles = [], overlap }, copy) {
  const [name, replica = ""] = fault.split(":");
  const values = { name: replica, n: number(count ?? 0), time: minutes(seconds ?? 0), thing: thing(copy), client: called(from ?? "") };
  switch (kind) {
    case "copy": return t(kept ? "film.kept" : "film.copy", values);
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
