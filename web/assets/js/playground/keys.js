// The keys of the playground.

const ACTIONS = { l: "login", s: "send", t: "send-ten", a: "admin", e: "email", f: "refresh", o: "logout", h: "steal" };
const REPLICAS = 6;

export function addKeys(keys, { clientPanel, labPanel, lab, streamView }) {
  for (const [key, action] of Object.entries(ACTIONS)) keys.on(key, `playground.key-${action}`, () => clientPanel.act(action));
  keys.on("b", "playground.key-policy", () => clientPanel.nextPolicy());
  const press = (node) => document.querySelector(`[data-node="${node}"] .node-button`)?.click();
  for (let n = 1; n <= REPLICAS; n++) keys.on(String(n), n === 1 ? "playground.key-replica" : "", () => press(lab.replicas[n - 1]?.name));
  keys.on("d", "playground.key-redis", () => press("redis"));
  keys.on("c", "playground.key-clock", () => labPanel.press("quarter"));
  keys.on("u", "playground.key-stream", () => streamView.toggle());
}
