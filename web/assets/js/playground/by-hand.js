// How a control of the lab went. A lab that is broken by hand says what to type: that stays until it is closed.

import { copyText, partsOf, setText } from "../dom.js";
import { t } from "../lang.js";
import { say, sayControl } from "../shell/shell.js";

const box = document.getElementById("by-hand");
const { copy, close } = partsOf(box);

copy.addEventListener("click", async () => {
  await copyText(box.querySelector("code").textContent);
  setText(copy, t("shell.copied"));
});
close.addEventListener("click", () => (box.hidden = true));

export function sayAnswer(exchange, done) {
  const command = exchange.status === 501 ? exchange.json?.command : undefined;
  box.hidden = command === undefined;
  if (command === undefined) return sayControl(exchange, done);
  say("");
  setText(copy, t("shell.copy"));
  setText(box.querySelector("code"), command);
}
