// Finds the credentials in a message, so that they can be set off from the rest.

import { el } from "../dom.js";

// Each with two groups: what stands before a credential, and the credential.
const PLACES = [
  /^((?:Authorization: (?:Bearer|Basic|DPoP)|DPoP:) )(\S+)/gm,
  /^((?:set-)?cookie: [\w-]+=)([^;\s]+)/gim,
  /("(?:access_token|refresh_token|password)": ?")([^"]+)/g,
];

/** The message as nodes, with each credential in a mark of its own. */
export function marked(message) {
  const found = PLACES.flatMap((place) => [...message.matchAll(place)]).map((match) => (
    { from: match.index + match[1].length, credential: match[2] }
  )).sort((a, b) => a.from - b.from);
  const nodes = [];
  let at = 0;
  for (const { from, credential } of found) {
    nodes.push(document.createTextNode(message.slice(at, from)), el("mark", {}, ...tokenParts(credential)));
    at = from + credential.length;
  }
  nodes.push(document.createTextNode(message.slice(at)));
  return nodes;
}

/** A token in its three parts; anything else as it is. */
export function tokenParts(text) {
  const parts = text.split(".");
  if (parts.length !== 3 || !text.startsWith("ey")) return [text];
  return parts.flatMap((part, i) => [...(i > 0 ? ["."] : []), el("span", { dataset: { jwt: ["header", "payload", "signature"][i] } }, part)]);
}
