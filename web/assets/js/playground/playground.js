// The playground: the whole stage, and every control that there is. Models on one side, views on the other; here they
// meet.

import { t } from "../lang.js";
import { CLUSTER_CHANGED, CLUSTER_MISSED, CONTROL_ANSWERED } from "../model/events.js";
import { Lab } from "../model/lab.js";
import { Wallet } from "../model/wallet.js";
import { sayWhenLost, startShell } from "../shell/shell.js";
import "../stage/stage.js";
import { Announcer } from "./announcer.js";
import { Bench } from "./bench.js";
import { sayAnswer } from "./by-hand.js";
import { Deck } from "./deck.js";
import { HoldsView } from "./holds-view.js";
import { addKeys } from "./keys.js";
import { Ledger } from "./ledger.js";
import { Stream } from "./stream.js";
import { StreamView } from "./stream-view.js";
import { TimelineView } from "./timeline-view.js";
import { WireView } from "./wire-view.js";

const lab = new Lab();
const wallet = new Wallet();
const ledger = new Ledger(lab, wallet);
const stage = document.querySelector("lab-stage");
const deck = new Deck(wallet, (schemes) => stage.setAttribute("schemes", schemes.join(" ")));
const bench = new Bench(lab);
const stream = new Stream(lab, wallet);
const streamView = new StreamView(stream, () => deck.schemes);
const wire = new WireView(ledger, wallet);
new TimelineView(ledger, (entry) => wire.choose(entry));
new Announcer(ledger);
new HoldsView(wallet);

stage.lab = lab;
stage.wallet = wallet;
stage.addEventListener(CONTROL_ANSWERED, (answered) => {
  answered.preventDefault();
  sayAnswer(answered.detail.exchange, answered.detail.done);
});

sayWhenLost(lab);
lab.addEventListener(CLUSTER_CHANGED, () => (document.getElementById("alone").hidden = true));
lab.addEventListener(CLUSTER_MISSED, ({ detail: { missing } }) => {
  document.getElementById("alone").hidden = !missing;
  if (missing) document.querySelector(".playground").dataset.lab = "none";
});

async function reset() {
  stream.stop();
  const exchange = await lab.reset();
  await wallet.forget();
  stage.clear();
  ledger.clear();
  sayAnswer(exchange, t("shell.is-reset"));
}

addKeys(startShell({ reset }), { deck, bench, lab, streamView });
lab.open();
