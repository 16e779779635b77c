// What every page has: the keys, presenter mode, the reset, the language, and the line at the foot.

import { language, problemText, t } from "../lang.js";
import { Keys, showKeys } from "./keys.js";

const PRESENTER = "authlab.presenter";
const LANGUAGE = "authlab.language";

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

/** The line at the foot of the page, which is also read aloud. */
export function say(text, wrong = false) {
  const message = document.getElementById("message");
  message.classList.toggle("wrong", wrong);
  message.textContent = text === "" ? "" : wrong ? `✕ ${text}` : text;
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
