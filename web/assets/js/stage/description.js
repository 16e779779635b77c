// The stage in words: which replicas are alive, which users each remembers, and the last requests. It is written while it is open.

import { el } from "../dom.js";
import { number, t } from "../lang.js";
import { verdictOf } from "../verdict.js";

const REQUESTS = 8; // that are told

export class StageDescription {
  #list = el("ul", { tabIndex: 0, ariaLabel: t("stage.words") });
  #picture = null;
  #last = []; // requests, the newest first
  #due = 0;
  root = el("details", { className: "stage-description" }, el("summary", {}, t("stage.words")), this.#list);

  constructor() {
    this.root.addEventListener("toggle", () => this.#write());
  }

  show(picture) {
    this.#picture = picture;
    this.#later();
  }

  saw(request) {
    this.#last = [request, ...this.#last].slice(0, REQUESTS);
    this.#later();
  }

  clear() {
    this.#last = [];
    this.#later();
  }

  #later() {
    if (this.root.open) this.#due ||= setTimeout(() => this.#write(), 500);
  }

  #write() {
    this.#due = 0;
    if (!this.root.open) return;
    const sentences = this.#picture ? [...this.#sentences(this.#picture)] : [t("stage.words-alone")];
    this.#list.replaceChildren(...sentences.map((sentence) => el("li", {}, sentence)));
  }

  *#sentences({ replicas, redis, accounts }) {
    for (const { name, alive, silent, requests, sessions, session_count: count } of replicas ?? []) {
      const users = [...new Set((sessions ?? []).map(({ user }) => user))].slice(0, 5).join(", ");
      const values = { name, n: number(requests ?? 0), count: number(count ?? 0), users };
      if (silent) yield t("stage.words-silent", values);
      else yield t(!alive ? "stage.words-dead" : count > 0 ? "stage.words-remembers" : "stage.words-empty", values);
    }
    const keys = Object.values(redis?.key_count ?? {}).reduce((sum, n) => sum + n, 0);
    yield t(redis?.alive ? "stage.words-redis" : "stage.words-redis-stopped", { n: number(keys) });
    for (const { name, roles } of accounts ?? []) yield t("stage.words-user", { name, roles: roles?.join(", ") || t("stage.no-role") });
    for (const { method, path, replica, status } of this.#last) {
      yield t("stage.words-request", { method, path, replica: replica || t("stage.no-replica"), status, words: verdictOf(status).words });
    }
  }
}
