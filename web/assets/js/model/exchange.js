// One request and its answer, as far as a script may see them.

import { parseServerTiming } from "./server-timing.js";

const PATIENCE = 15_000; // ms

// A page that was exported has no server: it brings the answers with it, by method and path.
const brought = globalThis.authlabAnswers;

/** Whether this page is an exported one. */
export const isExported = Boolean(brought);

export class Exchange {
  /** Sends a request. It never fails: an answer that does not come is an answer with status 0. */
  static async send({ method = "GET", path, headers = {}, json, credentials, patience = PATIENCE }) {
    const request = { method, path, headers: { ...headers }, body: "" };
    if (json !== undefined) {
      request.headers["Content-Type"] = "application/json";
      request.body = JSON.stringify(json);
    }
    if (isExported) return broughtAnswer(request);
    try {
      const answer = await fetch(path, {
        method,
        headers: request.headers,
        body: request.body || undefined,
        cache: "no-store",
        credentials,
        signal: AbortSignal.timeout(patience),
      });
      return new Exchange(request, answer, await answer.text());
    } catch (error) {
      return new Exchange(request, { status: 0, statusText: "", headers: new Headers() }, "", error);
    }
  }

  constructor(request, { status, statusText, headers }, body, error) {
    Object.assign(this, { request, status, statusText, headers, body });
    this.json = parseJSON(body);
    this.lost = error !== undefined; // no answer came
  }

  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  get replica() {
    return this.headers.get("X-Served-By") ?? "";
  }

  get costs() {
    return parseServerTiming(this.headers.get("Server-Timing") ?? "");
  }
}

function broughtAnswer(request) {
  const json = brought[`${request.method} ${request.path}`];
  const status = json === undefined ? 0 : 200;
  return new Exchange(request, { status, statusText: "", headers: new Headers() }, JSON.stringify(json) ?? "", status ? undefined : "exported");
}

function parseJSON(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
