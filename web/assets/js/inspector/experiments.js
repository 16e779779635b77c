// What people try with a token that is not theirs. Each returns another token, or the same where it changes nothing.

import { withValue } from "./members.js";
import { claim, withText } from "./reading.js";

function set(reading, part, name, value) {
  const { members } = reading[part];
  const at = members.findIndex((member) => member.name === name);
  return withText(reading, part, withValue(reading[part], at, JSON.stringify(value), name));
}

export const EXPERIMENTS = {
  admin(reading) {
    const roles = [claim(reading.payload, "roles") ?? []].flat();
    return roles.includes("admin") ? reading.token : set(reading, "payload", "roles", [...roles, "admin"]);
  },
  // Without a signature too, as RFC 7515, appendix A.5, writes it.
  none: (reading) => set(reading, "header", "alg", "none").replace(/[^.]*$/, ""),
  expired: (reading, now) => set(reading, "payload", "exp", Math.floor(now) - 60),
  character: ({ token }) => token.replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === "A" ? "B" : "A"}${rest}`),
  undo: ({ token }) => token,
};
