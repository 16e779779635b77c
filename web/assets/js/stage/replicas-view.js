// The replicas, in a row of their own. They come and go; each keeps its element, and so the focus on its button.

import { el } from "../dom.js";
import { ReplicaNode } from "./replica-node.js";

const EXPECTED = ["app-1", "app-2", "app-3"]; // before the first picture: their places are kept

export class ReplicasView {
  root = el("div", { className: "replicas" });
  #nodes = new Map();
  #control;

  constructor(control) {
    this.#control = control;
    this.#keep(EXPECTED);
  }

  show(replicas) {
    this.#keep(replicas.map(({ name }) => name));
    for (const replica of replicas) this.#nodes.get(replica.name).show(replica);
  }

  node = (name) => this.#nodes.get(name);

  #keep(names) {
    for (const [name, node] of this.#nodes) {
      if (names.includes(name)) continue;
      node.root.remove();
      this.#nodes.delete(name);
    }
    for (const name of names) {
      if (this.#nodes.has(name)) continue;
      const node = new ReplicaNode(name, this.#control);
      this.#nodes.set(name, node);
      this.root.append(node.root);
    }
    this.root.dataset.count = names.length;
  }
}
