// What was true at each moment of a recording: which replicas and whether Redis are alive, which cards are where, what
// each client holds. It is counted up from the first beat each time, so that a film can go back.

const SESSION = "session-id";

/** What a scheme's session records in Redis are called there. */
const IN_REDIS = { "session-redis": "session", "session-cached": "session", "backend-for-frontend": "bff-session" };

/** The state after all beats up to one, as far as it concerns a scheme; -1 is before the first. */
export function stateAt(recording, scheme, at) {
  const state = new State(scheme, recording.replicas);
  for (let i = 0; i <= at && i < recording.beats.length; i++) state.apply(recording.beats[i]);
  return state;
}

const same = (a, b) => a !== "" && b !== "" && (a.startsWith(b) || b.startsWith(a));

class State {
  scheme;
  replicas = []; // {name, alive, silent, skewed, cards}; skewed and away are in seconds
  redis = { alive: true, away: 0, cards: [], denied: [] }; // a card is {id, user, gone}; gone: "", fallen, torn
  homeCut = false;
  advanced = 0; // seconds
  clients = new Map(); // name → {held: a credential or null, copied}
  #began;

  constructor(scheme, replicas) {
    this.scheme = scheme;
    this.#began = replicas;
    this.#clean();
  }

  apply(beat) {
    for (const { cards } of [...this.replicas, this.redis]) remove(cards, ({ gone }) => gone === "torn"); // was to be seen for one beat
    if (beat.kind === "request" && beat.scheme === this.scheme) this.#request(beat);
    if (beat.kind === "copy" && beat.scheme === this.scheme) {
      this.clients.set(beat.client, { held: beat.credential ?? this.clients.get(beat.from)?.held ?? null, copied: true });
    }
    if (beat.kind === "break" || beat.kind === "mend") this.#fault(beat.fault, beat.kind === "break", beat.seconds ?? 0);
    if (beat.kind === "scale") this.#scale(beat.count);
    if (beat.kind === "flush") Object.assign(this.redis, { cards: [], denied: [] });
    if (beat.kind === "advance") this.advanced += beat.seconds;
    if (beat.kind === "reset") this.#clean();
    for (const change of beat.changes ?? []) this.#change(change, beat);
  }

  #clean() {
    this.replicas = [];
    this.#scale(this.#began);
    this.redis = { alive: true, away: 0, cards: [], denied: [] };
    this.homeCut = false;
    this.advanced = 0;
    this.clients.clear();
  }

  #request({ client, action, status, replica, service = "", credential, given, taken }) {
    const known = this.clients.get(client) ?? { held: null, copied: false };
    this.clients.set(client, known);
    const good = status >= 200 && status < 300;
    if (given && good) known.held = given;
    else if (taken) known.held = null;
    else if (credential && credential.kind !== "password") known.held ??= credential;
    else if (credential && this.scheme === "basic") known.held = credential;
    if (service || !good) return;
    if (action === "login" && given?.kind === SESSION) this.#cardsOf(this.#home(replica))?.push({ id: given.id, user: client, gone: "" });
    if (action === "logout" && credential?.kind === SESSION) this.#take(this.#home(replica), credential.id);
    if (action === "logout" && credential?.kind === "token") this.#change({ where: "redis", kind: "denied", id: credential.id });
  }

  #home = (replica) => (this.scheme in IN_REDIS ? "redis" : replica);

  #cardsOf = (where) => (where === "redis" ? this.redis : this.replicas.find(({ name }) => name === where))?.cards;

  #take(where, id) {
    const card = this.#cardsOf(where)?.find((one) => same(one.id, id));
    if (card) card.gone = "torn";
  }

  #fault(fault, broken, seconds) {
    const [name, replicaName] = fault.split(":");
    const replica = this.replicas.find((one) => one.name === replicaName);
    if (name === "replica-killed" && replica) {
      replica.alive = !broken;
      if (broken) for (const card of replica.cards) card.gone = "fallen";
      else replica.cards = [];
    }
    if (name === "replica-silent" && replica) replica.silent = broken;
    if (name === "clock-skewed" && replica) replica.skewed = broken ? seconds : 0;
    if (name === "redis-stopped") this.redis.alive = !broken;
    if (name === "redis-slow") this.redis.away = broken ? seconds : 0;
    if (name === "home-cut") this.homeCut = broken;
    if (["boot-keys", "keys-leaked"].includes(name)) for (const one of this.replicas) one.cards = [];
  }

  #scale(count) {
    this.replicas = Array.from({ length: count }, (_, i) => this.replicas[i] ?? { name: `app-${i + 1}`, alive: true, silent: false, skewed: 0, cards: [] });
  }

  /** By two looks at the lab, so it may tell what was known from the request already. */
  #change({ where, kind, id, user = "", gone = false }, beat) {
    if (kind === "denied") {
      const isCarried = [...this.clients.values()].some(({ held }) => held?.id && same(held.id, id)); // else it is a refresh token's
      if (!gone && !isCarried) return;
      remove(this.redis.denied, (one) => same(one, id));
      if (!gone) this.redis.denied.push(id);
    }
    if (kind !== (where === "redis" ? IN_REDIS[this.scheme] : this.scheme === "session-memory" && "session")) return;
    const cards = this.#cardsOf(where);
    if (!cards) return;
    const card = cards.find((one) => same(one.id, id));
    if (gone && beat?.kind === "advance") remove(cards, (one) => one === card);
    else if (gone && card) card.gone ||= "torn";
    else if (!gone && !card) cards.push({ id, user, gone: "" });
  }
}

function remove(list, which) {
  for (let i = list.length - 1; i >= 0; i--) if (which(list[i])) list.splice(i, 1);
}
