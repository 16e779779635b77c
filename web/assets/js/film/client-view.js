// A client in a film: for each scheme what it holds, and the row of its answers, which stays.

import { el, setText } from "../dom.js";
import { compact, number, t } from "../lang.js";
import { frame, svg } from "../stage/node.js";
import { dress, prop } from "../stage/prop.js";
import { verdictOf } from "../verdict.js";
import { called } from "./caption.js";
import { isGood, streamOf } from "./reel.js";

// Drawn in a square of 24. A thief has a hood; what its user has kept is a second sheet.
const ICONS = {
  hood: "M12 3c-5 0-7 5-7 10v6h14v-6c0-5-2-10-7-10zM9 19v-5c0-3 1-5 3-5s3 2 3 5v5",
  laptop: "M5 5h14v10H5zM2 19h20",
  copy: "M9 3h11v14H9zM15 17v4H4V7h5",
};
const FEW = 3; // answers that need no count, and fit beside a name where the window is narrow
const MANY = 8; // answers that need a line of their own beside another client

/** The signs of a stream that goes on, and of one that has ended. */
export const STREAMS = { open: { tone: "ok", symbol: "≈" }, ended: { tone: "stranger", symbol: "■" } };

/** How a service is called below its answers; the legend has its whole name. */
export const initialOf = (service) => service[0].toUpperCase();

const numberOf = (replica) => Number(replica?.match(/\d+$/)?.[0]) || 0;

export class ClientView {
  #frame;
  #rows = new Map(); // scheme → row
  #most;
  #title;

  /**
   * name: client, or other; title: how it is called; lanes: scheme → how many answers it will get; looks: one of the icons;
   * most: how many answers a row shows one by one, the last ones.
   */
  constructor(name, title, lanes, looks, most) {
    this.#most = most;
    this.#title = title;
    this.#frame = frame(name, title, el("ul", { className: "film-lanes" }, ...[...lanes].map(([scheme, expected]) => this.#row(scheme, expected))));
    this.root.classList.add("film-client");
    const icon = svg("svg", { viewBox: "0 0 24 24", class: "node-icon", "aria-hidden": "true" });
    icon.append(svg("path", { d: ICONS[looks] }));
    this.#frame.head.querySelector("svg")?.remove();
    this.#frame.head.prepend(icon);
  }

  get root() {
    return this.#frame.root;
  }

  /**
   * lanes: scheme → {held, answers: [{status, replica, service, more}], client: its name, where several take turns}; playing:
   * the scheme whose lane is played, "" for all.
   */
  show(lanes, playing) {
    const { client = "" } = lanes.get(playing) ?? {};
    setText(this.#frame.head.querySelector("h3"), client ? `${this.#title} · ${called(client)}` : this.#title);
    this.root.toggleAttribute("data-named", client !== "");
    for (const [scheme, row] of this.#rows) {
      const { held = null, answers = [] } = lanes.get(scheme) ?? {};
      row.root.toggleAttribute("data-waits", playing !== "" && scheme !== playing);
      row.root.toggleAttribute("data-playing", scheme === playing);
      dress(row.held, held, scheme);
      row.held.hidden = !held;
      const all = answers.filter(({ kind }) => kind === "request").length;
      setText(row.tally, all > FEW ? `${number(answers.filter(isGood).length)}/${number(all)}` : "");
      const shown = answers.slice(-this.#most);
      [...row.list.children].forEach((place, i) => stamp(place, shown[i]));
    }
  }

  #row(scheme, expected) {
    const held = prop(null, scheme);
    const tally = el("span", { className: "film-tally" });
    const places = Array.from({ length: Math.min(this.#most, expected) }, () => el("li", {}, el("b"), el("small")));
    const list = el("ol", { className: "film-answers", ariaLabel: t("film.answers") }, ...places);
    const root = el("li", { dataset: { scheme } }, held, el("span", { className: "film-lane-name" }, t(`scheme.${scheme}.name`)), tally, list);
    root.toggleAttribute("data-some", expected > FEW);
    root.toggleAttribute("data-many", expected > MANY);
    this.#rows.set(scheme, { root, held, tally, list });
    return root;
  }
}

/** One answer, or the place for it: its sign, its number where the sign alone does not tell it, and which replica it came from. */
function stamp(node, answer) {
  if (!answer) {
    for (const name of ["tone", "status", "replica"]) delete node.dataset[name];
    node.title = node.firstChild.textContent = node.lastChild.textContent = "";
    return;
  }
  const { status, replica, service, kind, count } = answer;
  if (kind === "more") {
    node.dataset.status = "more";
    return setText(node.firstChild, `+${compact(count)}`);
  }
  if (kind === "stream") {
    const { tone, symbol } = STREAMS[streamOf(answer)];
    Object.assign(node.dataset, { tone, status: streamOf(answer) });
    node.title = t(`film.legend-stream-${streamOf(answer)}`);
    return setText(node.firstChild, symbol);
  }
  const { tone, symbol, words } = verdictOf(status);
  Object.assign(node.dataset, { tone, status, replica: numberOf(replica) % 6 });
  node.title = `${status} ${words}${service || replica ? ` · ${service || replica}` : ""}`;
  setText(node.firstChild, `${symbol}${status === 403 || status === 503 ? status : ""}`);
  setText(node.lastChild, service ? initialOf(service) : String(numberOf(replica) || "–"));
}
