// Both messages of an exchange as text, as HTTP/1.1 writes them. What no script can see is said, not left out.

import { cookieName } from "./schemes.js";

const UNSEEN = "(HttpOnly: script cannot see it)";

export function rawRequest({ request }, lane) {
  const headers = Object.entries(request.headers);
  if (!lane.bearer) headers.push(["Cookie", `${cookieName(lane)}=… ${UNSEEN}`]);
  return message(`${request.method} ${request.path} HTTP/1.1`, headers, request.body);
}

export function rawResponse(exchange, lane, errand) {
  if (exchange.lost) return exchange.lost;
  const headers = [...exchange.headers];
  if (!lane.bearer && exchange.ok && errand === "login") headers.push(["set-cookie", `${cookieName(lane)}=… ${UNSEEN}`]);
  if (!lane.bearer && exchange.ok && errand === "logout") headers.push(["set-cookie", `${cookieName(lane)}=; Max-Age=0 ${UNSEEN}`]);
  const body = exchange.json === null ? exchange.body : JSON.stringify(exchange.json, null, 2);
  return message(`HTTP/1.1 ${exchange.status} ${exchange.statusText}`, headers, body);
}

function message(first, headers, body) {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [first, ...lines, ...(body ? ["", body] : [])].join("\n");
}
