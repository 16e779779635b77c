// The four lights, and the sentence above them.

import { el, partsOf, setText } from "../dom.js";
import { t, tOr } from "../lang.js";
import { say } from "../shell/shell.js";
import { TOKEN_CHANGED, TOKEN_CHECKED } from "./inspection.js";
import { claim, light } from "./reading.js";
import { sentence } from "./localize.js";

const LOOKS = { ok: ["ok", "✓"], bad: ["stranger", "✕"], unsure: ["unsure", "?"], skipped: ["none", "–"], jwe: ["none", "i"], foreign: ["none", "i"] };

export function showLights(root, inspection) {
  const here = root.querySelector("[data-part=here]");
  const { known } = partsOf(here);
  const lights = root.querySelectorAll("[data-stage]");
  const foot = document.getElementById("message");
  let said = "";

  const render = () => {
    const { lights: states, here: { state, stage } = {}, kind } = inspection.verdict || {};
    for (const node of lights) renderLight(node, states?.[node.dataset.stage] ?? light("skipped", `question.${node.dataset.stage}`));
    const words = t(`inspector.here-${kind || state || "waiting"}`, { stage: tOr(`inspector.stage.${stage}`, "") });
    look(here, kind || state || "skipped", words);
    setText(known, kind ? `${facts(inspection.reading, states.time)} ${t(`inspector.${kind}`)}` : "");
    // At the foot it is read aloud; and on a phone the lights are out of sight while one edits.
    if (state && words !== said) say(words, state === "bad" && !kind);
    said = words;
  };
  inspection.addEventListener(TOKEN_CHECKED, render);
  inspection.addEventListener(TOKEN_CHANGED, () => (said = foot.textContent.replace("✕ ", "")));
  render();
}

/** What a token says of itself that is not one of ours. */
function facts({ header, payload }, time) {
  const told = [["alg", header], ["enc", header], ["iss", payload]].map(([name, part]) => [name, claim(part, name)]);
  const sentences = told.filter(([, value]) => value !== undefined).map(([name, value]) => sentence({ why: `known.${name}`, values: { value } }));
  if (payload.members) sentences.push(sentence(time.reasons[0]));
  return sentences.map((text) => `${text}.`).join(" ");
}

function renderLight(node, { state, reasons }) {
  look(node, state, t(`inspector.state-${state}`));
  const { list } = partsOf(node);
  reasons.map(sentence).forEach((text, i) => setText(list.children[i] ?? list.appendChild(el("li")), text));
  while (list.children.length > reasons.length) list.lastChild.remove();
}

function look(node, state, text) {
  const { symbol, words } = partsOf(node);
  const [tone, sign] = LOOKS[state];
  node.dataset.tone = tone;
  setText(symbol, sign);
  setText(words, text);
}
