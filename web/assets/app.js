// The page: models on one side, views on the other, and the buttons between them.

import { Client } from "./client.js";
import { ClusterView } from "./cluster-view.js";
import { CLUSTER_CHANGED, CLUSTER_MISSED, LANE_ANSWERED, REQUEST_BALANCED } from "./events.js";
import { Lab } from "./lab.js";
import { LaneView } from "./lane-view.js";
import { LogView } from "./log-view.js";
import { LANES } from "./schemes.js";

const byId = (id) => document.getElementById(id);

/** The line at the foot of the page, which is also read aloud. */
function say(text, wrong = false) {
  const message = byId("message");
  message.classList.toggle("wrong", wrong);
  message.textContent = wrong ? `✕ ${text}` : text;
}

/** Runs one errand at a time; a click meanwhile is not kept for later. */
class Desk {
  #busy = false;

  async run(errand) {
    if (this.#busy) return;
    this.#mark(true);
    try {
      await errand();
    } finally {
      this.#mark(false);
    }
  }

  #mark(busy) {
    this.#busy = busy;
    for (const button of document.querySelectorAll("[data-action]")) button.ariaDisabled = String(busy);
  }
}

function showLanes(client) {
  const views = new Map();
  for (const lane of LANES) {
    const view = new LaneView(lane);
    views.set(lane, view);
    byId(lane.bearer ? "token-lanes" : "session-lanes").append(view.root);
  }
  client.addEventListener(LANE_ANSWERED, ({ detail: { lane, errand, exchange } }) => views.get(lane).show(errand, exchange));
}

function connectForm(client, desk) {
  const { username, password } = byId("login").elements;
  const choose = () => (password.value = username.selectedOptions[0].dataset.password);
  username.addEventListener("change", choose);
  choose();
  byId("login").addEventListener("submit", (submit) => {
    submit.preventDefault();
    desk.run(async () => {
      const answers = await client.login(username.value, password.value);
      report(answers, `${username.value} is logged in on every lane.`);
    });
  });
}

function connectButtons(client, desk) {
  const policy = byId("policy");
  policy.addEventListener("change", () => (client.policy = policy.value));
  client.policy = policy.value;

  byId("send").addEventListener("click", () => desk.run(async () => say(tally(await client.get("me")))));
  byId("admin").addEventListener("click", () => desk.run(async () => say(tally(await client.get("admin")))));
  byId("send-ten").addEventListener("click", () => desk.run(async () => {
    const answers = [];
    for (let i = 0; i < 10; i++) answers.push(...(await client.get("me")));
    say(tally(answers));
  }));
  byId("logout").addEventListener("click", () => desk.run(async () => {
    report(await client.logout(), "Logged out on every lane. The page keeps the old token: send it again and see.");
  }));
}

/** Says that all went well, or the first thing that did not. */
function report(answers, words) {
  const failed = answers.find(({ exchange }) => !exchange.ok);
  if (failed) say(`${failed.lane.scheme}: ${failed.exchange.problem}`, true);
  else say(words);
}

/** One answer for each lane is told by its status, many by how many were 200. */
function tally(answers) {
  const words = LANES.map((lane) => {
    const statuses = answers.filter((answer) => answer.lane === lane).map(({ exchange }) => exchange.status);
    const known = statuses.filter((status) => status === 200).length;
    return `${lane.scheme} ${statuses.length === 1 ? statuses[0] || "no answer" : `${known}/${statuses.length}`}`;
  });
  return words.join(" · ");
}

function connectLab(lab, client) {
  const control = async (words, call) => {
    const problem = await call();
    say(problem || words, problem !== "");
  };
  const names = [...byId("user").options].map(({ value }) => value);
  const cluster = new ClusterView(lab, control, names);
  const log = new LogView(byId("log"));
  lab.addEventListener(CLUSTER_CHANGED, ({ detail }) => {
    byId("cluster").hidden = byId("log").hidden = false;
    byId("cluster-note").textContent = `${detail.target}, live`;
    client.replicas = (detail.replicas ?? []).filter(({ alive }) => alive).length;
    cluster.show(detail);
  });
  lab.addEventListener(CLUSTER_MISSED, ({ detail: { missing, reason } }) => {
    byId("cluster-note").textContent = missing ? "one replica, without the lab: there is nothing to break here" : reason;
  });
  lab.addEventListener(REQUEST_BALANCED, ({ detail }) => log.add(detail));
}

const client = new Client();
const lab = new Lab();
const desk = new Desk();
showLanes(client);
connectForm(client, desk);
connectButtons(client, desk);
connectLab(lab, client);
lab.open();
