// Both messages of an exchange as text, as HTTP/1.1 writes them, and as a command for curl. What no script can see is
// said, not left out.

import { t } from "../lang.js";
import { cookieName } from "./schemes.js";

/** What the names of cookies end with, so that a browser has those of several labs apart: see the server's package jar. */
const mark = ({ headers }) => headers.get("x-cookie-mark") ?? "";

/** The request as lines of text. A login is shown without the cookie that it is about to get. */
export function rawRequest(exchange, lane, action = "") {
  const { request } = exchange;
  const headers = Object.entries(request.headers);
  if (lane.credential === "cookie" && action !== "login") headers.push(["Cookie", `${cookieName(lane)}${mark(exchange)}=… ${t("wire.http-only")}`]);
  return message(`${request.method} ${request.path} HTTP/1.1`, headers, request.body);
}

export function rawResponse(exchange, lane, action) {
  if (exchange.lost) return t("problem.no-answer");
  const headers = [...exchange.headers];
  const name = cookieName(lane) + mark(exchange);
  if (lane.credential === "cookie" && exchange.ok && action === "login") headers.push(["set-cookie", `${name}=…; HttpOnly; SameSite=Lax ${t("wire.http-only")}`]);
  if (lane.credential === "cookie" && (exchange.ok || exchange.status === 401) && action === "logout") headers.push(["set-cookie", `${name}=; Max-Age=0`]);
  const body = exchange.json === null ? exchange.body : JSON.stringify(exchange.json, null, 2);
  return message(`HTTP/1.1 ${exchange.status} ${exchange.statusText}`, headers, body);
}

/**
 * A command that sends the same request. No script can read a cookie out of here, so the command logs in first where it
 * takes one, and keeps it in a file. user: {name, password}, or null where a reload has forgotten who it was.
 */
export function asCurl({ request }, lane, user) {
  const takesCookie = lane?.credential === "cookie" && request.path !== lane.login;
  return (takesCookie ? `${loginFor(lane, user)} &&\n` : "") + command("curl -i", request, lane);
}

function loginFor({ credential, login }, user) {
  const body = JSON.stringify({ username: user?.name ?? "USER", password: user?.password ?? "PASSWORD" });
  return command("curl -fsS -o /dev/null", { method: "POST", path: login, headers: { "Content-Type": "application/json" }, body }, { credential });
}

function command(curl, request, lane) {
  const parts = [curl];
  if (request.method !== "GET") parts.push(`-X ${request.method}`);
  for (const [name, value] of Object.entries(request.headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (lane?.credential === "cookie") parts.push("-b cookies.txt -c cookies.txt");
  if (request.body) parts.push(`-d ${quoted(request.body)}`);
  parts.push(quoted(new URL(request.path, location.href).href));
  return parts.join(" \\\n  ");
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function message(first, headers, body) {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [first, ...lines, ...(body ? ["", body] : [])].join("\n");
}
