// The users database: who may log in, and with which roles.

import { el, setText } from "../dom.js";
import { t } from "../lang.js";
import { button, frame } from "./node.js";

const ADMIN = "admin";

export class UsersNode {
  #frame = frame("users", t("stage.users"));
  #list = el("ul", { className: "users" });
  #rows = new Map(); // name → row
  #control;

  constructor(control) {
    this.#control = control;
    this.root.append(this.#list);
  }

  get root() {
    return this.#frame.root;
  }

  show(accounts) {
    for (const account of accounts) {
      if (!this.#rows.has(account.name)) this.#rows.set(account.name, this.#add(account.name));
      const { roles, toggle, state } = this.#rows.get(account.name);
      state.roles = account.roles ?? [];
      setText(roles, state.roles.join(", ") || t("stage.no-role"));
      setText(toggle, t(state.roles.includes(ADMIN) ? "stage.demote" : "stage.promote"));
      toggle.ariaLabel = `${toggle.textContent} ${account.name}`;
    }
  }

  #add(name) {
    const state = { roles: [] };
    const roles = el("span", { className: "users-roles" });
    const toggle = button(() => {
      const demote = state.roles.includes(ADMIN);
      const next = demote ? state.roles.filter((role) => role !== ADMIN) : [...state.roles, ADMIN];
      this.#control((lab) => lab.setRoles(name, next), { key: demote ? "stage.demoted" : "stage.promoted", name });
    });
    this.#list.append(el("li", {}, el("p", {}, el("b", {}, name), roles), toggle));
    return { roles, toggle, state };
  }
}
