// An experiment that this lab cannot run by itself: what to type, to copy. The page follows along when it is typed.

import { copyText, el, setText } from "../dom.js";
import { t } from "../lang.js";

/** The element with the command. */
export function typedRun(command) {
  const copy = el("button", { type: "button", dataset: { part: "copy" } }, t("shell.copy"));
  copy.addEventListener("click", async () => {
    await copyText(command);
    setText(copy, t("shell.copied"));
  });
  return el("div", { className: "typed-run" }, el("p", {}, t("walkthrough.typed")), el("p", { className: "command" }, el("code", {}, command), copy));
}

/** One command for several experiments of the same lab. */
export const typedTogether = (names, commandOf) => commandOf(names[0]).replace(/\S+$/, names.join(" "));
