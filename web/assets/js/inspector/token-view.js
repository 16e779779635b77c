// The encoded token: a field whose text cannot be seen, over the same text in three colours; and where tokens come from.

import { copyText, el, partsOf } from "../dom.js";
import { problemText, t } from "../lang.js";
import { say } from "../shell/shell.js";
import { TOKEN_CHANGED, TOKEN_CHECKED } from "./inspection.js";
import { PARTS, tidy } from "./reading.js";

export function colour(node, token) {
  const parts = token.split(/(\.)/).map((text, i) => el("span", { dataset: { segment: PARTS[i / 2] ?? "" } }, text));
  node.replaceChildren(...parts);
}

/** A link to this page with a token in it. A browser sends nothing of what stands behind the # to a server. */
const linkTo = (token) => Object.assign(new URL(location.href), { hash: `token=${token}` }).href;

/** Returns what puts the token of a link, when all is ready. */
export function showToken(root, inspection) {
  const { text, colours, user, take, paste, link, clear, experiments } = partsOf(root);
  const put = (token) => inspection.put(tidy(token), true);

  take.addEventListener("click", async () => {
    const { value, dataset } = user.selectedOptions[0];
    const exchange = await inspection.take(value, dataset.password);
    if (!exchange.ok) say(problemText(exchange), true);
  });
  text.addEventListener("input", () => put(text.value));
  clear.addEventListener("click", () => put(""));
  link.addEventListener("click", async () => {
    await copyText(linkTo(inspection.reading.token));
    say(t("inspector.link-copied"));
  });
  paste.addEventListener("click", async () => {
    try {
      put(await navigator.clipboard.readText());
    } catch {
      text.focus();
      say(t("inspector.paste-yourself"));
    }
  });
  experiments.addEventListener("click", ({ target: { dataset } }) => {
    if (dataset.experiment) inspection.experiment(dataset.experiment);
  });
  inspection.addEventListener(TOKEN_CHANGED, () => {
    const { token, header, payload } = inspection.reading;
    if (text.value !== token) text.value = token;
    colour(colours, token);
    experiments.disabled = !header.members || !payload.members;
  });
  inspection.addEventListener(TOKEN_CHECKED, () => (link.disabled = !inspection.isOurs));

  // Read once, and taken out of the address, so that the history keeps no token.
  const follow = () => {
    const [, token] = /^#token=(.+)$/.exec(location.hash) ?? [];
    if (!token) return;
    history.replaceState(null, "", location.pathname + location.search);
    put(token);
  };
  addEventListener("hashchange", follow);
  return follow;
}
