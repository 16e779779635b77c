// The playground: the whole stage, and every control that there is. Models on one side, views on the other; here they
// meet.

import { t } from "../lang.js";
import { CLUSTER_CHANGED, CLUSTER_MISSED, CONTROL_ANSWERED } from "../model/events.js";
import { Lab } from "../model/lab.js";
import { Wallet } from "../model/wallet.js";
import { sayWhenLost, startShell } from "../shell/shell.js";
import "../stage/stage.js";
import { Announcer } from "./announcer.js";
import { sayAnswer } from "./by-hand.js";
import { ClientPanel } from "./client-panel.js";
import { HoldsView } from "./holds-view.js";
import { addKeys } from "./keys.js";
import { LabPanel } from "./lab-panel.js";
import { offerOtherLogin } from "./other-login.js";
import { RequestLog } from "./request-log.js";
import { StreamView } from "./stream-view.js";
import { Stream } from "./stream.js";
import { TimelineView } from "./timeline-view.js";
import { WireView } from "./wire-view.js";

const lab = new Lab();
const wallet = new Wallet();
const log = new RequestLog(lab, wallet);
const stage = document.querySelector("lab-stage");
const clientPanel = new ClientPanel(wallet, (schemes) => stage.setAttribute("schemes", schemes.join(" ")));
const labPanel = new LabPanel(lab);
const stream = new Stream(lab, wallet);
const streamView = new StreamView(stream, () => clientPanel.schemes);
const wire = new WireView(log, wallet);
new TimelineView(log, (entry) => wire.choose(entry));
new Announcer(log);
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
  log.clear();
  sayAnswer(exchange, t("shell.is-reset"));
}

offerOtherLogin(lab, wallet);
addKeys(startShell({ reset }), { clientPanel, labPanel, lab, streamView });
lab.open();
