// What readers can do themselves, with the client that is their own browser. Each action is real: it sends requests or
// breaks something, and returns what there is to say about it.

import { lookUp, t } from "../lang.js";

/** The actions by name: do(context) → {said} or {wrong: exchange}. context is {wallet, lab, schemes, lanes}. */
export const ACTIONS = {
  async login({ wallet, schemes, reader, lanes }) {
    lanes.clear();
    const answers = await wallet.login(reader, schemes);
    const wrong = answers.find(({ exchange }) => !exchange.ok);
    return wrong ? { wrong: wrong.exchange } : { said: t("walkthrough.is-logged-in", { name: reader.name }) };
  },
  visit: ({ wallet, schemes }) => visit(wallet, schemes, "me", 1),
  "visit-ten": ({ wallet, schemes }) => visit(wallet, schemes, "me", 10),
  admin: ({ wallet, schemes }) => visit(wallet, schemes, "admin", 1),
  async logout({ wallet, schemes }) {
    for (const scheme of schemes) await wallet.logout(scheme);
    return { said: t("walkthrough.is-logged-out") };
  },
  async "kill-mine"({ lab, lanes }) {
    const mine = lanes.lastReplicaOf("session-memory") || lab.replicas.find(({ alive }) => alive)?.name;
    const exchange = await lab.killReplica(mine);
    return exchange.ok ? { said: t(`walkthrough.${lab.isInside ? "is-refusing" : "is-killed"}`, { replica: mine }) } : { wrong: exchange };
  },
  async revive({ lab }) {
    for (const { name, alive, silent } of lab.replicas) {
      const exchange = alive && !silent ? { ok: true } : await lab.startReplica(name);
      if (!exchange.ok) return { wrong: exchange };
    }
    return { said: t("walkthrough.is-revived") };
  },
  "stop-redis": ({ lab }) => control(lab.stopRedis(), lab.isInside ? "is-redis-cut" : "is-redis-stopped"),
  "start-redis": ({ lab }) => control(lab.startRedis(), "is-redis-started"),
  "slow-redis": ({ lab }) => control(lab.delayRedis("5ms"), "is-redis-slow"),
  "near-redis": ({ lab }) => control(lab.delayRedis("0s"), "is-redis-near"),
};

export const actionLabel = (name) => lookUp(`walkthrough.actions.${name}`);

async function visit(wallet, schemes, page, times) {
  const known = new Map(schemes.map((scheme) => [scheme, 0]));
  for (let i = 0; i < times; i++) {
    for (const scheme of turned(schemes, i)) {
      const { ok } = await wallet.get(scheme, page);
      if (ok) known.set(scheme, known.get(scheme) + 1);
    }
  }
  const tally = [...known].map(([scheme, n]) => `${scheme} ${n}/${times}`).join(" · ");
  return { said: t(`walkthrough.${wallet.held.length > 0 ? "is-known" : "is-unknown"}`, { tally }) };
}

/** As many schemes as replicas would meet the same replica every time: each round begins with the next one. */
const turned = (schemes, round) => schemes.map((_, i) => schemes[(i + round) % schemes.length]);

async function control(sent, said) {
  const exchange = await sent;
  return exchange.ok ? { said: t(`walkthrough.${said}`) } : { wrong: exchange };
}
