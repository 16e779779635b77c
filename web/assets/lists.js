// Lists that follow what the lab says.

import { el, setText } from "./dom.js";

const MOST = 6; // entries of a list that are shown

/** Keeps one view for each item by its name: makes the new ones, shows all, takes away those that left. */
export function sync(views, items, parent, make) {
  for (const item of items) {
    if (!views.has(item.name)) {
      const view = make();
      views.set(item.name, view);
      parent.append(view.root);
    }
    views.get(item.name).show(item);
  }
  for (const [name, view] of views) {
    if (items.some((item) => item.name === name)) continue;
    view.root.remove();
    views.delete(name);
  }
}

export function showLife(node, alive, yes, no) {
  node.dataset.alive = alive;
  setText(node, alive ? `● ${yes}` : `✕ ${no}`);
}

/** Shows the first lines of a list, and how many more there are: the total may be larger than what was sent. */
export function showList(list, lines, total, empty) {
  const shown = lines.slice(0, MOST).map(([left, right]) => el("li", {}, el("code", {}, left), el("span", {}, right)));
  const more = Math.max(total ?? 0, lines.length) - shown.length;
  if (more > 0) shown.push(el("li", { className: "none" }, `and ${more} more`));
  if (lines.length === 0) shown.push(el("li", { className: "none" }, empty));
  list.replaceChildren(...shown);
}
