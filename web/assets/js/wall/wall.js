// The wall: the room as one picture, and the teacher's keys.

import { el, setText } from "../dom.js";
import { t } from "../lang.js";
import { QUESTIONS } from "../walkthrough/chapters.js";
import { change, openPage, watch } from "./link.js";
import { showRound } from "./round-view.js";
import { Theatre } from "./theatre.js";
import { Tiles } from "./tiles.js";

const POLICIES = ["sticky", "round-robin", "hash"];
const HUES = 6;
const DEPLOY_EVERY = 1500; // ms, in which each phone asks
const MESSAGE_FOR = 4000; // ms

const byId = (id) => document.getElementById(id);
const tiles = new Tiles(byId("tiles"));
byId("tiles").tiles = tiles; // for a test that counts frames
const theatre = new Theatre(byId("theatre"));

let picture = null;
let chapter = Number(sessionStorage.getItem("authlab-chapter") ?? 3); // three desks
let roundShown = "";
let asksToJoin = null; // the teacher's wish; null: while the room is empty
let showsRoom = false;

let silence;
function say(text) {
  setText(byId("message"), text);
  clearTimeout(silence);
  silence = setTimeout(() => setText(byId("message"), ""), MESSAGE_FOR);
}

function see(next) {
  picture = next;
  setText(byId("title"), next.title || t("wall.title"));
  byId("people").replaceChildren(el("b", {}, next.people.length), ` ${t("wall.people", { room: next.room })}`);
  byId("policy").replaceChildren(t("wall.policy"), " ", el("b", {}, next.policy));
  byId("redis").replaceChildren("Redis ", el("b", {}, next.redis.alive ? t("wall.records", { n: next.redis.sessions }) : t("wall.stopped")));
  byId("labs").hidden = !next.labs.open;
  setText(byId("labs"), t("wall.labs", { n: next.labs.running }));
  byId("redis").dataset.tone = next.redis.alive ? "" : "stranger";
  setText(byId("where"), next.address.replace(/^http:\/\//, ""));
  showDesks(next);
  showCounters(next);
  tiles.show(next);
  showPanels();
  if (next.not_kept) say(t("wall.not-kept"));
}

function showDesks({ replicas }) {
  byId("desks").replaceChildren(...replicas.map(({ name, alive, sessions }, i) => (
    el("p", { className: "desk", dataset: { alive: String(alive), replica: Number(name.split("-").pop()) % HUES } },
      el("kbd", {}, i + 1), el("b", {}, name), el("span", {}, alive ? t("wall.remembers", { n: sessions }) : t("wall.dead")))
  )));
}

function showCounters({ lanes, people, admins: promoted }) {
  const tellsAdmins = promoted || lanes.some(({ admins }) => admins > 0);
  byId("counters").replaceChildren(...lanes.map(({ scheme, out, unsure, admins }) => (
    el("div", { className: "counter", dataset: { scheme, tone: out > 0 ? "stranger" : "ok" } },
      el("p", { className: "scheme" }, el("span", { className: "swatch" }), scheme),
      el("p", { className: "number" }, el("span", { dataset: { part: "out" } }, out), el("small", {}, ` ${t("wall.of", { people: people.length })}`)),
      el("p", {}, t("wall.log-in-again")),
      el("p", { className: "admins" }, tellsAdmins ? t("wall.admins", { n: admins }) : ""),
      el("p", { className: "unsure" }, unsure > 0 ? t("wall.unsure", { n: unsure }) : ""))
  )));
}

function showPanels() {
  const { round, people } = picture;
  const joins = asksToJoin ?? (people.length === 0 && !round);
  if (joins) showJoin();
  byId("join").hidden = !joins;
  const plays = round?.phase === "run" && round.ready && !round.failed && !showsRoom;
  if (plays) theatre.play(round, showPanels);
  else theatre.close();
  byId("round").hidden = !round || showsRoom || theatre.isOpen;
  const { left_ms: _, ...fixed } = round ?? {};
  const text = JSON.stringify([fixed, people.length]);
  if (round && text !== roundShown) showRound(byId("round"), round, people.length);
  roundShown = text;
  const { id } = QUESTIONS[chapter];
  setText(byId("next"), round ? t("wall.key-next-phase") : t("wall.next", { n: chapter + 1, of: QUESTIONS.length, title: t(`walkthrough.${id}.title`) }));
}

function showJoin() {
  setText(byId("join-address"), picture.address.replace(/^http:\/\//, "").replace(/[#?].*/, ""));
  setText(byId("join-pin"), picture.pin ? t("wall.pin", { pin: picture.pin }) : "");
  setText(byId("join-count"), t("wall.joined", { n: picture.people.length }));
  const { qr } = picture;
  const canvas = byId("qr");
  if (canvas.width === qr.length) return;
  Object.assign(canvas, { width: qr.length, height: qr.length });
  const pen = canvas.getContext("2d");
  qr.forEach((row, y) => [...row].forEach((module, x) => {
    pen.fillStyle = module === "1" ? "#000" : "#fff"; // in dark mode too: many phones read no other code
    pen.fillRect(x, y, 1, 1);
  }));
}

let acting = Promise.resolve();

/** Changes something, after what the teacher has changed before: a key may be pressed again before there is an answer. */
function act(path, body) {
  acting = acting.then(async () => {
    const status = await change(path, body);
    if (status < 200 || status > 299) say(t("wall.refused", { status }));
  });
  return acting;
}

/** The other value, which the next press of the key goes on from: the next picture comes later. */
const flip = (state, name) => (state[name] = !state[name]);

function nextPolicy() {
  picture.policy = POLICIES[(POLICIES.indexOf(picture.policy) + 1) % POLICIES.length];
  return picture.policy;
}

function choose(by) {
  chapter = (chapter + by + QUESTIONS.length) % QUESTIONS.length;
  sessionStorage.setItem("authlab-chapter", chapter);
  showPanels();
}

function next() {
  showsRoom = asksToJoin = false;
  if (picture.round) {
    act("/class/round/next", { from: picture.round.phase }); // pressed twice, it goes one step
    return;
  }
  const { id, experiment, asks, surprise } = QUESTIONS[chapter];
  act("/class/round", { chapter: id, experiment, scheme: surprise, asks });
  choose(1);
}

let deploys = false;

/** Ends and starts each replica, one after the other, as a new version of a server is rolled out. */
async function deploy() {
  if (deploys) return;
  deploys = true;
  for (const { name } of picture.replicas) {
    for (const what of ["kill", "start"]) {
      await act(`/lab/replicas/${name}/${what}`);
      await new Promise((done) => setTimeout(done, DEPLOY_EVERY));
    }
  }
  deploys = false;
}

const scaled = (by) => act("/lab/replicas", { count: Math.max(picture.replicas.length + by, 1) });

const KEYS = {
  Enter: ["enter", next], ArrowLeft: ["arrows", () => picture.round || choose(-1)], ArrowRight: ["", () => picture.round || choose(1)], d: ["d", () => act("/class/round/show")],
  j: ["j", () => { asksToJoin = byId("join").hidden; showPanels(); }],
  v: ["v", () => { showsRoom = !showsRoom; showPanels(); }],
  "1 … 9": ["replica", null],
  x: ["x", () => act(`/lab/redis/${flip(picture.redis, "alive") ? "start" : "stop"}`)], f: ["f", () => act("/lab/redis/flush")],
  p: ["p", () => act("/class/policy", { policy: nextPolicy() })],
  "+": ["scale", () => scaled(1)], "-": ["", () => scaled(-1)],
  c: ["c", () => act("/lab/clock", { advance: "15m" })],
  r: ["r", deploy], a: ["a", () => act("/class/roles", { admin: flip(picture, "admins") })],
  s: ["s", () => openPage("/result")],
  o: ["o", () => act("/class/labs", { open: flip(picture.labs, "open") })],
  k: ["k", () => act("/lab/keys/rotate", { overlap: false })], Escape: ["escape", () => act("/class/round/end")],
};

addEventListener("keydown", (event) => {
  if (!picture || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const replica = /^[1-9]$/.test(event.key) && picture.replicas[event.key - 1];
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (name === "?") byId("keys").open ? byId("keys").close() : byId("keys").showModal();
  else if (byId("keys").open) return;
  else if (replica) act(`/lab/replicas/${replica.name}/${flip(replica, "alive") ? "start" : "kill"}`);
  else if (KEYS[name]?.[1]) KEYS[name][1]();
  else return;
  event.preventDefault();
});

const SHOWN = { Enter: t("wall.enter"), ArrowLeft: "← →", "+": "+ −", Escape: "Esc" };
byId("keys").querySelector("dl").append(...Object.entries(KEYS).filter(([, [name]]) => name).flatMap(([key, [name]]) => [
  el("dt", {}, el("kbd", {}, SHOWN[key] ?? key.toUpperCase())), el("dd", {}, t(`wall.key-${name}`)),
]));

watch(see, (status) => say(t(status === 403 ? "wall.no-key" : "wall.lost")));
