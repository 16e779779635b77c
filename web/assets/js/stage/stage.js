// <lab-stage>: the parts of the lab, what each remembers, and every request on its way. It draws what the lab tells, and
// requests nothing itself.
//
//   <lab-stage controls schemes="session-redis token-stateless" without="reports"></lab-stage>
//
//   stage.lab = lab             a Lab: its pictures are drawn, its requests travel, those of other clients too
//   stage.wallet = wallet       a Wallet: what the client holds
//   stage.highlight(["redis"])  emphasises nodes: client, balancer, replicas, app-1, redis, users, reports; [] none
//   stage.clear()               forgets what flies and the last answers
//   stage.lend(clients)         gives its parts to a film; what the lab tells is not drawn until stage.takeBack()
//   controls                    nodes get buttons: kill, start, stop, flush, demote, promote
//   schemes                     the schemes that the client lists (the legend); all of them without
//   without                     nodes that are left out: balancer, redis, users, reports
//
// A button of a node sends "control:answered" from the element, with {exchange, done}. A page that shows it elsewhere than
// in the line at the foot calls preventDefault.

import { el } from "../dom.js";
import { t } from "../lang.js";
import { CLUSTER_CHANGED, CLUSTER_MISSED, CONTROL_ANSWERED, EXCHANGE_ENDED, REQUEST_BALANCED, WALLET_CHANGED } from "../model/events.js";
import { concernsLogins, SCHEMES } from "../model/schemes.js";
import { sayControl } from "../shell/shell.js";
import { BalancerNode } from "./balancer-node.js";
import { ClientNode } from "./client-node.js";
import { Flight } from "./flight.js";
import { RedisNode } from "./redis-node.js";
import { ReplicasView } from "./replicas-view.js";
import { ReportsNode } from "./reports-node.js";
import { UsersNode } from "./users-node.js";
import { StageDescription } from "./description.js";

const ATTRIBUTES = ["controls", "schemes", "without"];

export class LabStage extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #lab;
  #wallet;
  #client = new ClientNode();
  #balancer = new BalancerNode();
  #reports = new ReportsNode();
  #replicas = new ReplicasView((...asked) => this.#control(...asked));
  #redis = new RedisNode((...asked) => this.#control(...asked));
  #users = new UsersNode((...asked) => this.#control(...asked));
  #description = new StageDescription();
  #lent = false;
  #column = el("div", { className: "stage-column stage-client" }, this.#client.root);
  #floor = el("div", { className: "stage-floor" });
  #flight = new Flight(this.#floor, (more) => this.#balancer.waits(more));

  constructor() {
    super();
    const column = (name, ...nodes) => el("div", { className: `stage-column stage-${name}` }, ...nodes);
    this.#floor.append(
      this.#column, column("middle", this.#balancer.root, this.#reports.root),
      column("replicas", this.#replicas.root), column("stores", this.#redis.root, this.#users.root),
    );
  }

  connectedCallback() {
    if (!this.#floor.isConnected) this.append(this.#floor, this.#description.root);
    this.#arrange();
    this.#flight.open();
  }

  disconnectedCallback() {
    this.#flight.close();
  }

  attributeChangedCallback() {
    this.#arrange();
  }

  set lab(lab) {
    this.#lab = lab;
    lab.addEventListener(CLUSTER_CHANGED, ({ detail }) => this.#lent || this.#show(detail));
    lab.addEventListener(CLUSTER_MISSED, ({ detail }) => this.toggleAttribute("alone", detail.missing));
    lab.addEventListener(REQUEST_BALANCED, ({ detail }) => !this.#lent && concernsLogins(detail.path) && this.#travel(detail));
    if (lab.picture) this.#show(lab.picture);
  }

  get lab() {
    return this.#lab;
  }

  set wallet(wallet) {
    this.#wallet = wallet;
    const show = () => this.#client.hold(wallet);
    wallet.addEventListener(WALLET_CHANGED, show);
    // Without a lab, only the page knows of its requests.
    wallet.addEventListener(EXCHANGE_ENDED, ({ detail: { lane, action, exchange } }) => {
      if (!this.hasAttribute("alone")) return;
      this.#client.sent({ ...exchange.request, scheme: action === "refresh" ? "" : lane.name })(exchange.status);
    });
    show();
  }

  get wallet() {
    return this.#wallet;
  }

  highlight(names) {
    for (const node of this.querySelectorAll("[data-node]")) {
      const kind = node.classList.contains("replica") ? "replicas" : "";
      node.toggleAttribute("data-highlight", names.includes(node.dataset.node) || names.includes(kind));
    }
  }

  /** How many requests are being drawn on their way. */
  get flying() {
    return this.#flight.flying;
  }

  clear() {
    this.#flight.clear();
    this.#client.clear();
    this.#description.clear();
  }

  /** clients: the nodes that stand in the place of the client; without: the nodes that are left out. */
  lend(clients, without) {
    this.clear();
    this.#lent = true;
    this.#floor.dataset.film = "";
    this.#column.replaceChildren(...clients);
    this.#leaveOut(without);
    const parts = { floor: this.#floor, balancer: this.#balancer, replicas: this.#replicas, redis: this.#redis, routes: this.#flight.routes };
    return { ...parts, show: (picture) => this.#show(picture), measure: () => this.#flight.measure() };
  }

  takeBack() {
    if (!this.#lent) return;
    this.#lent = false;
    delete this.#floor.dataset.film;
    this.#column.replaceChildren(this.#client.root);
    this.clear();
    if (this.#lab?.picture) this.#show(this.#lab.picture);
    this.#arrange();
  }

  #show(picture) {
    this.removeAttribute("alone");
    this.#replicas.show(picture.replicas ?? []);
    this.#redis.show(picture.redis ?? { alive: false });
    this.#users.show(picture.accounts ?? []);
    this.#reports.show(picture.services ?? {});
    this.#description.show(picture);
    this.#flight.picture(picture);
  }

  #travel(request) {
    this.#balancer.chose(request.policy);
    this.#description.saw(request);
    const back = this.#client.sent(request);
    this.#flight.launch(request, () => back(request.status));
  }

  #arrange() {
    const named = (attribute) => this.getAttribute(attribute)?.split(/\s+/).filter(Boolean) ?? [];
    const chosen = named("schemes");
    this.#client.list(SCHEMES.map(({ name }) => name).filter((scheme) => chosen.length === 0 || chosen.includes(scheme)));
    if (!this.#lent) this.#leaveOut(named("without"));
  }

  #leaveOut(names) {
    for (const node of [this.#balancer, this.#reports, this.#redis, this.#users]) {
      node.root.toggleAttribute("data-without", names.includes(node.root.dataset.node));
    }
    this.#flight.measure();
  }

  async #control(ask, done) {
    if (!this.#lab) return;
    const exchange = await ask(this.#lab);
    const told = new CustomEvent(CONTROL_ANSWERED, { bubbles: true, cancelable: true, detail: { exchange, done: t((this.#lab.isInside && done.inside) || done.key, done) } });
    if (this.dispatchEvent(told)) sayControl(exchange, told.detail.done);
  }
}

customElements.define("lab-stage", LabStage);
