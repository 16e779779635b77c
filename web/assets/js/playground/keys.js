// The keys of the playground.

const ERRANDS = { l: "login", s: "send", t: "send-ten", a: "admin", e: "email", f: "refresh", o: "logout" };
const REPLICAS = 6;

export function addKeys(keys, { deck, bench, lab, streamView }) {
  for (const [key, errand] of Object.entries(ERRANDS)) keys.on(key, `playground.key-${errand}`, () => deck.act(errand));
  keys.on("b", "playground.key-policy", () => deck.nextPolicy());
  const press = (node) => document.querySelector(`[data-node="${node}"] .node-button`)?.click();
  for (let n = 1; n <= REPLICAS; n++) keys.on(String(n), n === 1 ? "playground.key-replica" : "", () => press(lab.replicas[n - 1]?.name));
  keys.on("d", "playground.key-redis", () => press("redis"));
  keys.on("c", "playground.key-clock", () => bench.press("quarter"));
  keys.on("u", "playground.key-stream", () => streamView.toggle());
}
