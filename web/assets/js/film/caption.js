// What happens in a beat, in a sentence or two.

import { number, t, tOr } from "../lang.js";
import { isGood } from "./reel.js";

const UNITS = [["seconds", 1, 120], ["minutes", 60, 7200], ["hours", 3600, Infinity]]; // each is used below a number of seconds
function long(seconds) {
  const [unit, length] = UNITS.find(([, , below]) => seconds < below);
  return t(`film.${unit}`, { n: number(Math.round(seconds / length)) });
}

/** The service, and the lane, of a server that makes the mistake an experiment is about. */
export const NAIVE = "naive";

/** The login server. */
const ISSUER = "issuer";

/** The service that keeps a session with tokens in it, and asks another service with them. */
const BACKEND = "backend";

/** A duration in ms, with decimals where it is short. */
export const duration = (ms) => number(ms, ms < 10 ? 2 : 0);

/** The first characters of what names a session or a token: what is written on ticket, letter and card. */
export const short = (id = "") => id.slice(0, 4);

const CLIENT = /^(?:user-0*(\d+)|([a-z]+))(?:-(\d+))?$/;

/** A client as it is called on a card: user-00042 is user-42, and user-00042-2, another client of that user, user-42 (2). */
export function called(client, another = " ($3)") {
  return client.replace(CLIENT, (...[, number, name, n]) => `${name ?? `user-${number}`}${n ? another.replace("$3", n) : ""}`);
}

/**
 * The caption of a frame, as its sentences. Of a request the first says what sets out, and the second what became of it:
 * that is told when it is seen. isOther: it is the second client; kept: its user has set it aside; copy:
 * the credential that is copied now.
 */
export function captionOf({ beat, scheme, n, isCopy, isOneOfMany }, { isOther, kept, copy, tally }) {
  if (!beat) return [tally];
  if (beat.kind !== "request") return [event(beat, copy)];
  const isCarried = (beat.action === "page" || beat.action === "logout") && beat.service !== ISSUER;
  const id = short((isCarried ? beat.credential : beat.given)?.id);
  const name = beat.client ? called(beat.client) : t("stage.client");
  const values = {
    id, replica: beat.service === BACKEND ? t("film.backend") : beat.replica?.replaceAll("-", "\u2011"), status: beat.status || t("verdict.0"), client: isOther ? t(kept ? "film.asks-kept" : "film.other-client") : name,
    ms: duration(beat.lookups?.find(({ where }) => where === "hash")?.ms ?? 0),
    seconds: believedFor(beat),
    who: whoAsks(beat, { isOther, isCopy, kept, n, name, isOneOfMany }),
  };
  return [t(`film.${setsOut(beat)}`, values), t(`film.${became(beat, scheme)}`, values)];
}

function whoAsks(beat, { isOther, isCopy, kept, n, name, isOneOfMany }) {
  if (isOther) return t(isCopy ? `film.asks-${kept ? "kept" : "copy"}` : "film.other-client");
  if (beat.action !== "page" || verbOf(beat)) return name;
  return isOneOfMany ? t("film.request-of", { client: name }) : t("film.request", { n });
}

// What is asked for that is more than to see a page.
const VERBS = { "POST password": "password", "POST email": "email", "POST cart": "cart-add", "GET cart": "cart", "GET stream": "stream", "POST logout-everywhere": "everywhere" };
const verbOf = ({ method, path }) => VERBS[`${method} ${path.split("/").at(-1)}`];

function setsOut(beat) {
  const { action, service, replica, trick } = beat;
  if (service === NAIVE || service === ISSUER) return `goes-${service}`;
  if (service === BACKEND) return action === "page" ? "goes" : `goes-${action}`;
  if (service && trick?.startsWith("token from")) return "goes-dump";
  if (service) return { 0: "goes-asking", undefined: "goes-service" }[believedFor(beat)] ?? "goes-believing";
  if (!replica) return "goes-nowhere";
  const verb = verbOf(beat);
  if (trick && (action === "login" || verb === "email")) return `goes-foreign-${verb ?? "login"}`;
  if (trick === "address") return "goes-address";
  if (verb) return `goes-${verb}`;
  return action === "page" ? "goes" : `goes-${action}`;
}

function became(beat, scheme) {
  const { action, problem = "", given, credential, replica, service } = beat;
  if (verbOf(beat) === "password" && isGood(beat)) return "password";
  if (service === ISSUER && given) return "issuer-gives";
  if (beat.status === 302 || beat.status === 303) return "sends-back";
  if (beat.service === NAIVE) return isGood(beat) ? "naive" : "refused";
  if (problem.startsWith("proof-")) return problem;
  if (action === "page" || (!replica && service !== BACKEND)) return pageKey(beat);
  if (problem.endsWith("-too-large") || problem === "token-too-long") return "login-too-large";
  if (!isGood(beat)) return "refused";
  if (action === "login" && service === BACKEND) return "login-backend";
  if (action === "login" && scheme === "session-cached") return "login-session-redis";
  if (action === "login") return `login-${scheme.startsWith("session") ? scheme : given?.kind ?? "none"}`;
  return action === "logout" ? `logout-${credential?.kind ?? "none"}` : "refresh";
}

/** For how many seconds the second service believes what home has told it, where it asks at all. */
const believedFor = ({ path }) => path.match(/\/introspected\/(\d+)$/)?.[1];

function homeKey(beat, home) {
  const { status } = beat;
  if (!home && believedFor(beat)) return isGood(beat) ? "home-believed" : "refused";
  if (!home) return status === 503 ? "home-waits" : "no-home";
  if (home.result === "no-answer") return "home-cut";
  return home.desc?.includes("jwks") ? "home-keys" : "home";
}

/** Whether a credential was refused because its time was over. */
export const isTooLate = (problem) => problem === "token-time" || problem === "session-expired";

/** Which sentence tells what became of a page. */
function pageKey(beat) {
  const decided = decidedBy(beat);
  return decided === "refused" ? decided : `page-${decided}`;
}

/** What decided about a page: the last thing that was looked at. */
function decidedBy(beat) {
  const { scheme, service, status, credential, lookups = [], problem = "", trick } = beat;
  const at = (where) => lookups.findLast((one) => one.where === where);
  if (service === ISSUER) return "refused";
  if (service === BACKEND && at("redis")?.result === "found") return "backend";
  if (service && service !== BACKEND) return homeKey(beat, at("home"));
  if (status === 0 || status === 502 || status === 504) return "no-answer";
  if (!credential) return trick === "address" ? "address" : "nothing";
  if (problem === "not-admin") return "forbidden";
  if (problem === "session-not-proved") return "not-proved";
  if (problem === "token-bound") return "other-key";
  for (const where of ["denylist", "redis", "replica"]) {
    const { result } = at(where) ?? {};
    if (result) return `${where}-${result}`;
  }
  if (problem === "session-malformed") return "malformed";
  if (isTooLate(problem)) return "too-late";
  if (at("signature")?.result === "bad" || problem === "token-signature" || problem === "session-tampered") return "signature-bad";
  if (problem === "token-format") return "unreadable";
  if (at("hash")) return "hash";
  if (status > 299) return "refused";
  if (scheme.startsWith("token-bound")) return "proof-new";
  return at("signature") ? "signature-good" : "other";
}

function event({ kind, fault = "", count, seconds, user, client, from, kept, open, roles = [], overlap, settings }, copy) {
  const [name, replica = ""] = fault.split(":");
  const values = { name: replica, n: number(count ?? 0), time: long(seconds ?? 0), thing: thing(copy), client: called(from ?? "") };
  switch (kind) {
    case "copy": return t(kept ? "film.kept" : "film.copy", values);
    case "more": return t(count === 1 ? "film.more-one" : "film.more", values);
    case "stream": return t(`film.stream-${open ? "open" : "ended"}`, { client: called(client) });
    case "break": return t(`film.break-${name}`, { ...values, ms: number((seconds ?? 0) * 1000) });
    case "mend": return t(`film.mend-${name}`, values);
    case "scale": return t("film.scale", values);
    case "flush": return t("stage.redis-flushed");
    case "advance": return t("film.advance", values);
    case "rotate-keys": return t(overlap ? "film.rotate-overlap" : "film.rotate");
    case "roles": return count > roles.length ? t("film.roles-many", { user: called(user), n: values.n }) : t("film.roles", { user: called(user), roles: roles.join(", ") || t("stage.no-role") });
  }
  return kind === "settings" ? worksBy(settings) : t("shell.is-reset");
}

/** How the replicas work by some settings. */
function worksBy({ max_sessions: most, stale_sessions_seconds: stale, stream_ask_seconds: asks = 0, stream_told: told, undetected_reuse_seconds: reuse }) {
  if (most) return t("film.settings-most", { n: number(most) });
  if (stale) return t("film.settings-stale", { n: number(stale) });
  if (told) return t("film.settings-told");
  if (asks) return asks < 0 ? t("film.settings-never-asks") : t("film.settings-asks", { n: number(asks) });
  return reuse ? t("film.settings-reuse", { n: number(reuse) }) : t("film.settings-none");
}

const thing = (credential) => tOr(`film.thing-${credential?.kind}`, "", { id: short(credential?.id) });
