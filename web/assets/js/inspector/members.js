// The members of a JSON object as they stand in its text. JSON.parse would keep one of two that share a name, and round
// long numbers; but it is the text that is signed, so it is the text that is shown and edited.

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Each member's name, and from where to where its value stands; null where there is no object. */
export function membersOf(text) {
  if (!isObject(parse(text))) return null;
  const members = [];
  let depth = 0;
  let member;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if ("}]".includes(token)) depth -= 1;
    if (depth === 1 && token === ",") member = undefined;
    else if (depth === 1 && !member) members.push((member = { name: parse(token) }));
    else if (depth > 0 && (depth > 1 || token !== ":")) Object.assign(member, { from: member.from ?? index, to: index + token.length });
    if ("{[".includes(token)) depth += 1;
  }
  return members;
}

export const rawOf = ({ text, members }, at) => text.slice(members[at].from, members[at].to);

/** The text with another value for the member that stands at a place, or with a new one of this name. */
export function withValue({ text, members }, at, raw, name) {
  if (members[at]) return text.slice(0, members[at].from) + raw + text.slice(members[at].to);
  return `${text.slice(0, text.lastIndexOf("}"))}${members.length > 0 ? "," : ""}${JSON.stringify(name)}:${raw}}`;
}

export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
