// Plays one frame of a film on the stage, or shows how it ends. It draws what the script and the state say, and decides
// nothing.

import { t } from "../lang.js";
import { dress, prop, stampOn } from "../stage/prop.js";
import { verdictOf } from "../verdict.js";
import { called, duration, isTooLate, short } from "./caption.js";
import { ClientView } from "./client-view.js";
import { itinerary } from "./itinerary.js";

const STEPS = 12; // points of a leg
const MOST = { alone: 40, both: 16 }; // answers that a row of a client shows one by one
const LOOK = 1.3; // how long a look takes, in legs
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Scene {
  #stage;
  #clock;
  #parts;
  #client;
  #other;
  #thing = prop(null, "");
  #service;
  #asked; // the service that was asked last
  #isMeasured = false;

  /** cast: who and what takes part, as the reel has it. */
  constructor(stage, clock, { client, second, other, kept, service, users }) {
    this.#stage = stage;
    this.#clock = clock;
    const most = other ? MOST.both : MOST.alone;
    this.#client = new ClientView("client", t("stage.client"), client, "laptop", most);
    this.#other = other ? new ClientView("other", t(kept ? "film.kept-client" : "film.other-client"), second, kept ? "copy" : "hood", most) : null;
    const without = [service ? "" : "reports", users ? "" : "users"];
    this.#parts = stage.lend([this.#client.root, this.#other?.root].filter(Boolean), without);
    this.#service = service;
    this.#thing.hidden = true;
    this.#parts.floor.append(this.#thing);
    this.#parts.floor.toggleAttribute("data-two", other);
  }

  close() {
    this.#thing.remove();
    this.#clear();
    this.#stage.takeBack();
  }

  /** The end of a frame, at once. moment: {before, after, lanes: {client, other}, who}. */
  settle(frame, moment) {
    this.#clear();
    this.#asked = frame.beat?.service ?? this.#asked;
    this.#records(moment.after);
    this.#clients(frame.scheme, moment.after, moment.lanes);
    this.#measure();
    if (frame.beat?.kind === "request") {
      for (const { at, lookup } of itinerary(frame.beat, moment.who)) if (at) this.#look(at, lookup, frame.beat);
      this.#parts.balancer.chose(frame.beat.policy || "round-robin");
    }
  }

  /** told is called when it is to be seen what became of it. */
  async act(frame, moment, told) {
    this.#clear();
    const { beat, move } = frame;
    if (!beat) return;
    if (calm.matches) return this.settle(frame, moment);
    this.#asked = beat.service ?? this.#asked;
    this.#records(moment.before);
    this.#clients(frame.scheme, moment.before, moment.lanesBefore);
    this.#measure();
    if (beat.kind === "request") await this.#request(frame, moment, told);
    else if (beat.kind === "copy") await this.#copy(beat, moment, move);
    else {
      this.settle(frame, moment);
      await this.#clock.wait(move);
    }
  }

  async #request({ beat, scheme, move }, { after, who }, told) {
    const steps = itinerary(beat, who);
    const ms = move / steps.reduce((sum, { at }) => sum + (at ? LOOK : 1), 0);
    this.#parts.balancer.chose(beat.policy || "round-robin");
    dress(this.#thing, beat.credential, scheme);
    this.#thing.toggleAttribute("data-copied", who === "other");
    this.#thing.hidden = false;
    let returns = false;
    for (const step of steps) {
      if (step.at) {
        this.#light(step.at);
        if (beat.action !== "page" && step.lookup.where !== "hash") this.#records(after); // it is written or torn here
        this.#look(step.at, step.lookup, beat);
        if (step.tells) told();
        await this.#clock.wait(ms * LOOK);
        continue;
      }
      if (step.back && !returns) {
        returns = true;
        this.#records(after); // what is remembered otherwise from now on
        if (beat.given) dress(this.#thing, beat.given, scheme);
        stampOn(this.#thing, verdictOf(beat.status));
        if (step.tells) told();
      }
      await this.#go(step, ms, scheme);
    }
  }

  async #go({ from, to, since = 0, upTo = 1 }, ms, scheme) {
    const [leg] = this.#parts.routes.way(from, to);
    if (!leg) return;
    this.#light("");
    Object.assign(this.#thing.dataset, { from, to });
    this.#parts.routes.mark(leg.key, scheme);
    const points = Array.from({ length: STEPS + 1 }, (_, i) => this.#parts.routes.at(leg, since + (i / STEPS) * (upTo - since)));
    await this.#clock.run(this.#thing, points.map(({ x, y }) => ({ transform: `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)` })), ms);
  }

  /** A copy slides from one client to the other. */
  async #copy(beat, moment, move) {
    const floor = this.#parts.floor.getBoundingClientRect();
    const place = (view) => {
      const box = view?.root.querySelector(`li[data-scheme="${beat.scheme}"]`)?.getBoundingClientRect() ?? floor;
      return { transform: `translate(${box.left - floor.left + box.width / 2}px, ${box.top - floor.top + box.height / 2}px) translate(-50%, -50%)` };
    };
    dress(this.#thing, moment.after.clients.get(beat.client)?.held, beat.scheme);
    this.#thing.toggleAttribute("data-copied", true);
    this.#thing.hidden = false;
    await this.#clock.run(this.#thing, [place(this.#client), place(this.#other)], move);
  }

  #look(at, { where, result = "", ms = 0 }, { credential, action, problem }) {
    const id = short(credential?.id);
    const { replicas, redis } = this.#parts;
    const desk = replicas.node(at);
    if (at === "redis") {
      redis.root.dataset.result = result;
      if (result === "found" || result === "missing") redis.records.mark({ id: where === "denylist" ? `denied-${id}` : id, label: id, result: where === "denylist" && result === "missing" ? "clear" : result });
    } else if (desk && where === "replica") {
      if (action !== "login") desk.records.mark({ id, label: id, result });
    } else if (desk && where === "signature" && isTooLate(problem)) {
      desk.looked(t("film.look-too-late"), "bad");
    } else if (desk) {
      const sign = { good: "✓", found: "✓", bad: "✕", missing: "✕" }[result] ?? "";
      desk.looked(t(`film.look-${where}`, { sign, ms: duration(ms) }), result);
    }
  }

  /** The wires follow what stands there now; from then on the stage sees it itself. */
  #measure() {
    if (!this.#isMeasured) this.#parts.measure();
    this.#isMeasured = true;
  }

  #light(name) {
    for (const node of this.#parts.floor.querySelectorAll("[data-lit]")) delete node.dataset.lit;
    const node = name && this.#parts.floor.querySelector(`[data-node="${CSS.escape(name)}"]`);
    if (node) Object.assign(node.dataset, { lit: "", scheme: this.#thing.dataset.scheme });
  }

  #records({ scheme, replicas, redis, homeCut, advanced }) {
    const card = ({ id, user, gone }) => ({ id: `${short(id)}`, title: `№ ${short(id)}`, detail: called(user), scheme, gone });
    const denied = redis.denied.map((id) => ({ id: `denied-${short(id)}`, title: `✕ ${short(id)}`, detail: t("stage.kind-denied"), scheme }));
    this.#parts.show({
      replicas: replicas.map(({ name, alive, silent, skewed, cards }) => ({ name, alive, silent, clock_skew: `${advanced + skewed}s`, requests: 0, cards: cards.map(card) })),
      redis: { alive: redis.alive, away: redis.away * 1000, cards: [...redis.cards.map(card), ...denied] },
      services: { reports: this.#service ? " " : "", as: this.#asked },
      homeCut,
    });
    Object.assign(this.#stage.dataset, { advanced: String(advanced), homeCut: String(homeCut), away: String(redis.away) });
  }

  #clients(scheme, state, { client, other }) {
    this.#client.show(client, scheme);
    this.#other?.show(other, scheme);
    if (!this.#other) return;
    const isThere = scheme === "" || [...other.values()].some(({ held, answers }) => held || answers.length > 0);
    this.#other.root.toggleAttribute("data-away", !isThere);
  }

  #clear() {
    this.#thing.hidden = true;
    this.#light("");
    this.#parts.routes.mark("");
    delete this.#parts.redis.root.dataset.result;
    this.#parts.redis.records.unmark();
    for (const node of this.#parts.floor.querySelectorAll(".replica")) {
      const desk = this.#parts.replicas.node(node.dataset.node);
      desk?.records.unmark();
      desk?.looked("");
    }
  }
}
