// What every node of the stage is made of: a section with a head, an icon, a state and buttons.

import { el } from "../dom.js";

const SVG = "http://www.w3.org/2000/svg";

// Drawn in a square of 24, with a line and no filling.
const ICONS = {
  client: "M5 5h14v10H5zM2 19h20",
  balancer: "M3 12h18M9 12l5-6h7M9 12l5 6h7",
  redis: "M5 3h14v18H5zM5 12h14M10 7.5h4M10 16.5h4",
  users: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  reports: "M6 3h8l5 5v13H6zM9.5 12h6M9.5 16h6",
};

export const svg = (tag, attributes = {}) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

/** The frame of a node: its root, its head, and the place for its state. */
export function frame(name, title, ...content) {
  const state = el("p", { className: "node-state" });
  const head = el("header", {}, el("h3", {}, title), state);
  if (ICONS[name]) {
    const icon = svg("svg", { viewBox: "0 0 24 24", class: "node-icon", "aria-hidden": "true" });
    icon.append(svg("path", { d: ICONS[name] }));
    head.prepend(icon);
  }
  const root = el("section", { className: `node node-${name}`, ariaLabel: title, dataset: { node: name } }, head, ...content);
  return { root, head, state };
}

/** A small button of a node. act is called at each press. */
export function button(act) {
  const node = el("button", { type: "button", className: "node-button" });
  node.addEventListener("click", act);
  return node;
}
