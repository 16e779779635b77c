// The way of a request through the lab, step by step: where it goes, what is looked at there, and back again.
//
// A step is {from, to}, which moves the thing (upTo: only so far; since: from there on), or {at, lookup}, which looks at something. At the one that tells it is to be
// seen what became of the request: a page is decided where it is looked up last, and what is given is known on the way back.

/** who: client, or other. */
export function itinerary(beat, who) {
  const { scheme, service, replica, lookups = [], action } = beat;
  const way = [`${who}/${scheme}`, ...(service ? ["reports"] : ["balancer", replica].filter(Boolean))];
  const there = way.slice(1).map((to, i) => ({ from: way[i], to }));
  const back = there.toReversed().map(({ from, to }) => ({ from: to, to: from, back: true }));
  const end = way.at(-1);
  const steps = [...there, ...shown(lookups, action, scheme).flatMap((lookup) => visit(lookup, end)), ...back];
  const last = (action === "page" && steps.findLast(({ at }) => at)) || back[0];
  last.tells = true;
  return steps;
}

/**
 * What is shown of all that was looked at. How often a login was tried is counted in Redis, too, with no result that is told:
 * that is left out. So is the users database where the password is not asked for again: roles are read again now and then.
 * Where a login or a logout writes, the last time in Redis is when it does.
 */
function shown(lookups, action, scheme) {
  const last = lookups.findLastIndex(({ where }) => where === "redis");
  const writes = action === "login" ? ["session-redis", "session-cached"].includes(scheme) : action === "logout";
  const kept = lookups.filter(({ where, result }, i) => {
    if (where === "redis" && i === last && writes) return true;
    if (where === "users") return scheme === "basic";
    if (where === "redis" && scheme === "token-bound") return true; // used proofs are remembered there
    return action === "page" || action === "logout" ? result !== "" : where === "hash";
  });
  return kept.filter(({ where }, i) => where !== kept[i + 1]?.where);
}

function visit(lookup, end) {
  const store = { redis: "redis", denylist: "redis", users: "users", home: "balancer" }[lookup.where];
  if (!store) return [{ at: end, lookup }];
  if (store === "redis" && end === "reports") return [{ at: store, lookup }]; // of the backend: no road is drawn there
  if (lookup.where === "home" && lookup.result === "no-answer") { // the road is cut: it comes to the gap, and no further
    return [{ from: end, to: store, upTo: 0.4 }, { at: end, lookup }, { from: store, to: end, since: 0.6 }];
  }
  return [{ from: end, to: store }, { at: store, lookup }, { from: store, to: end }];
}
