// The way of a request through the lab, step by step: where it goes, what is looked at there, and back again.
//
// A step is {from, to}, which moves the thing, or {at, lookup}, which looks at something.

/** who: client, or other. */
export function itinerary(beat, who) {
  const { scheme, service, replica, lookups = [], action } = beat;
  const way = [`${who}/${scheme}`, ...(service ? ["reports"] : ["balancer", replica].filter(Boolean))];
  const there = way.slice(1).map((to, i) => ({ from: way[i], to }));
  const back = there.toReversed().map(({ from, to }) => ({ from: to, to: from, back: true }));
  const end = way.at(-1);
  return [...there, ...shown(lookups, action, scheme).flatMap((lookup) => visit(lookup, end)), ...back];
}

/** Of a login, only what becomes of the credential: the password's check, and where the session record is kept. */
function shown(lookups, action, scheme) {
  const kept = action !== "login" ? lookups : lookups.filter(({ where }, i) => (
    where === "hash" || (scheme === "session-redis" && where === "redis" && i === lookups.findLastIndex((one) => one.where === "redis"))
  ));
  return kept.filter(({ where, result }, i) => where !== kept[i + 1]?.where || result !== kept[i + 1]?.result);
}

function visit(lookup, end) {
  const store = { redis: "redis", denylist: "redis", users: "users", home: "balancer" }[lookup.where];
  if (!store) return [{ at: end, lookup }];
  return [{ from: end, to: store }, { at: store, lookup }, { from: store, to: end }];
}
