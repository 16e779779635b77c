// One line of the users database: a user, the roles, and the button that changes them.

import { setText, stamp } from "./dom.js";

export class AccountView {
  #parts;
  #account;

  constructor(lab, run) {
    const { root, parts } = stamp("account-template");
    this.root = root;
    this.#parts = parts;
    parts.toggle.addEventListener("click", () => {
      const { name } = this.#account;
      return this.#isAdmin
        ? run(`${name} is no admin any more, says the users database.`, () => lab.setRoles(name, ["user"]))
        : run(`${name} is an admin, says the users database.`, () => lab.setRoles(name, ["user", "admin"]));
    });
  }

  get #isAdmin() {
    return this.#account.roles.includes("admin");
  }

  show(account) {
    this.#account = { ...account, roles: account.roles ?? [] };
    const { name, roles, toggle } = this.#parts;
    setText(name, account.name);
    setText(roles, this.#account.roles.join(", ") || "no roles");
    setText(toggle, this.#isAdmin ? "Demote" : "Promote");
    toggle.ariaLabel = `${this.#isAdmin ? "Demote" : "Promote"} ${account.name}`;
  }
}
