// What every page has: the keys, presenter mode, the reset, the language, and the line at the foot.

import { language, problemText, t } from "../lang.js";
import { CLUSTER_CHANGED, CLUSTER_MISSED } from "../model/events.js";
import { Keys, showKeys } from "./keys.js";

const PRESENTER = "authlab.presenter";
const LANGUAGE = "authlab.language";
const SHOWN = 8000; // ms that a message is shown
const SHOWN_WRONG = 20_000;

/** Starts the shell, and returns the keys, so that a page can add its own. reset: what R does; none without. */
export function startShell({ reset } = {}) {
  followChosenLanguage();
  const keys = new Keys();
  const tool = (name) => document.querySelector(`[data-tool="${name}"]`);

  const presenter = tool("presenter");
  const present = (on) => {
    document.documentElement.dataset.presenter = on ? "on" : "off";
    presenter.setAttribute("aria-pressed", String(on));
    remember(PRESENTER, on ? "on" : "");
  };
  present(recall(PRESENTER) === "on");
  const toggle = () => present(document.documentElement.dataset.presenter !== "on");
  presenter.addEventListener("click", toggle);
  keys.on("p", "shell.key-presenter", toggle);

  if (reset && tool("reset")) {
    tool("reset").addEventListener("click", reset);
    keys.on("r", "shell.key-reset", reset);
  }
  const show = () => showKeys(keys);
  tool("keys").addEventListener("click", show);
  keys.on("?", "shell.key-keys", show);
  keys.on("Escape", "", () => say(""));

  tool("language").addEventListener("click", (click) => {
    const other = new URL(click.currentTarget.href);
    remember(LANGUAGE, other.searchParams.get("lang"));
    other.hash = location.hash; // the same chapter in the other language
    click.currentTarget.href = other.href;
  });
  return keys;
}

/** A language that the reader has chosen is kept, also at an address that names none. */
function followChosenLanguage() {
  const address = new URL(location.href);
  const chosen = recall(LANGUAGE);
  if (address.searchParams.has("lang") || !chosen || chosen === language) return;
  address.searchParams.set("lang", chosen);
  location.replace(address);
}

let fading = 0;

/** The line at the foot of the page, which is also read aloud. It goes after some seconds, or with Escape, unless it stays. */
export function say(text, wrong = false, stays = false) {
  clearTimeout(fading);
  if (text !== "" && !stays) fading = setTimeout(() => say(""), wrong ? SHOWN_WRONG : SHOWN);
  const message = document.getElementById("message");
  message.classList.toggle("wrong", wrong);
  message.textContent = text === "" ? "" : wrong ? `✕ ${text}` : text;
}

/** Says it while a lab does not answer. */
export function sayWhenLost(lab) {
  let lost = false;
  lab.addEventListener(CLUSTER_CHANGED, () => {
    if (lost) say("");
    lost = false;
  });
  lab.addEventListener(CLUSTER_MISSED, ({ detail: { missing } }) => {
    if (!missing && !lost) say(t("shell.lab-lost"), true, true);
    lost = !missing;
  });
}

/** Says how a control of the lab went. Where this lab is broken by hand, it says what to type. */
export function sayControl(exchange, done) {
  if (exchange.ok) return say(done);
  if (exchange.status === 501 && exchange.json?.command) return say(t("shell.by-hand", { command: exchange.json.command }), true);
  say(problemText(exchange), true);
}

// A browser may keep nothing for us; then it is asked again next time.

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {}
}

export function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
