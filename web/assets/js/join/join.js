// The phone of a person in a class. It asks on each lane again and again, hears from the class, and votes.

import { language, t } from "../lang.js";
import { setText } from "../dom.js";
import { Lane } from "./lane.js";
import { laneView } from "./lane-view.js";
import { isStranger, keep, person, send, stopper } from "./person.js";
import { showRound } from "./round-view.js";

const ASK_EVERY = 3000; // ms
const SPREAD = 400; // ms, over which the phones of a room ask after something has happened
const POLL_TIMEOUT = 30_000; // ms; the class answers earlier
const AGAIN_AFTER = 1500; // ms, after an answer that did not come

const byId = (id) => document.getElementById(id);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

let lanes = [];
let views = [];
let state = null;
let version = 0;
let asking = null; // resolves when all lanes have been asked
let polling = stopper();
let woken = false; // the poll was given up by this page itself

const say = (text) => setText(byId("message"), text);
const show = () => views.forEach((view) => view.show());

/** Does something on a lane when no other request of this phone is under way: so its requests keep their order. */
function inTurn(act) {
  const turn = (asking || Promise.resolve()).then(async () => {
    if (!person()) return;
    const answer = await act();
    if (isStranger(answer)) leave();
    show();
  });
  asking = turn;
  return turn;
}

const ask = (lane) => inTurn(() => lane.ask());
const logIn = (lane) => inTurn(() => lane.logIn());

/** Asks on all lanes, in any order: where there are as many lanes as replicas, round-robin would send each lane always to the same. */
const askAll = () => Promise.all(lanes.slice().sort(() => Math.random() - 0.5).map(ask));

/** The class does not know this phone: it was started anew. */
function leave() {
  const before = person();
  keep(null);
  say(t("join.class-gone"));
  showForm(before && before.name);
}

async function showForm(name = "") {
  const { json } = await send("/class");
  byId("lanes").hidden = byId("round").hidden = byId("own").hidden = true;
  byId("join").hidden = false;
  if (json && json.title) setText(byId("class-title"), json.title);
  byId("pin-line").hidden = !(json && json.pin);
  byId("pin").value = decodeURIComponent(location.hash.slice(1));
  byId("nickname").value = (name || "").replace(/ \(\d+\)$/, "");
}

function enter() {
  byId("join").hidden = true;
  byId("lanes").hidden = false;
  setText(byId("who"), person().name);
  lanes = person().lanes.map((row) => new Lane(row));
  views = lanes.map((lane) => laneView(lane, ask, logIn));
  byId("lanes").textContent = "";
  byId("lanes").append(...views.map(({ root }) => root));
  show();
}

byId("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = byId("join").querySelector("button");
  button.disabled = true;
  const answer = await send("/class/join", { body: { nickname: byId("nickname").value, pin: byId("pin").value } });
  button.disabled = false;
  if (answer.status !== 200) {
    say(problem(answer.json));
    return;
  }
  say("");
  keep(answer.json);
  enter();
  for (const lane of lanes) await logIn(lane); // in turn, so that all come to the same replica if the policy is sticky
  poll();
});

async function vote(choice) {
  const asked = state.round;
  const { number: round, phase } = asked;
  const { status } = await send("/class/vote", { body: { round, phase, choice } });
  if (status !== 204) {
    say(t("join.vote-failed"));
    return;
  }
  asked[{ vote: "first", again: "second", seen: "seen" }[phase]] = choice;
  showState();
}

/** Opens this person's own lab, in a tab of its own, so that this phone stays in the class. */
byId("own-open").addEventListener("click", async () => {
  const tab = window.open("", "_blank"); // now, because later a browser takes it for an advertisement
  const { status, json } = await send("/class/lab", { body: {} });
  if (status === 204) {
    (tab || window).location = `/?lang=${language}`;
    return;
  }
  if (tab) tab.close();
  say(problem(json));
});

const PROBLEMS = ["nickname", "pin", "full", "too-many", "own-full", "own-closed"];

/** What the class has refused, in words. */
function problem(json) {
  const name = ((json || {}).type || "").split(":lab-").pop();
  return t(PROBLEMS.indexOf(name) < 0 ? "join.no-answer" : `join.problem-${name}`);
}

function showState() {
  byId("own").hidden = !state.labs || !!state.round;
  byId("lanes").classList.toggle("small", !!state.round);
  showRound(byId("round"), state.round, state, vote);
}

/** Hears from the class until this phone is no part of it any more. */
async function poll() {
  const mine = person();
  for (let nudge = null; mine && person() && person().key === mine.key;) {
    polling = stopper();
    const answer = await send(`/class/state?after=${version}&lang=${language}`, { timeout: POLL_TIMEOUT, stop: polling });
    if (isStranger(answer)) {
      leave();
      return;
    }
    if (woken) {
      woken = false;
      if (answer.status === 0) continue;
    }
    if (answer.status !== 200) {
      say(t("join.no-answer"));
      await wait(AGAIN_AFTER * (0.5 + Math.random()));
      continue;
    }
    say("");
    const changed = answer.json.version !== version;
    state = answer.json;
    version = state.version;
    if (changed) showState();
    if (nudge !== null && nudge !== state.nudge) setTimeout(askAll, Math.random() * SPREAD);
    nudge = state.nudge;
  }
}

async function askOnAndOn() {
  for (;;) {
    await wait(ASK_EVERY);
    if (!document.hidden && person()) await askAll();
  }
}

// A phone that was locked or had no network asks at once, and does not wait for an answer that was lost.
function wake() {
  if (document.hidden || !person()) return;
  woken = true;
  polling.abort();
  askAll();
}
document.addEventListener("visibilitychange", wake);
addEventListener("online", wake);

if (person()) {
  enter();
  askAll();
  poll();
} else {
  showForm();
}
askOnAndOn();
