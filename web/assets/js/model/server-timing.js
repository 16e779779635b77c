// The Server-Timing header (W3C): store;desc="redis GETEX";dur=0.214, signature;…

const ENTRIES = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;
const PARAMETERS = /(?:[^;"]|"(?:[^"\\]|\\.)*")+/g;

/** Returns the entries in order, each with name, description and duration in milliseconds. */
export function parseServerTiming(header) {
  return (header.match(ENTRIES) ?? []).map(parseEntry).filter((entry) => entry.name !== "");
}

function parseEntry(text) {
  const [name = "", ...rest] = (text.match(PARAMETERS) ?? []).map((part) => part.trim());
  const parameters = new Map(rest.map(parseParameter));
  return { name, description: parameters.get("desc") || name, duration: Number(parameters.get("dur") ?? 0) };
}

function parseParameter(text) {
  const at = text.indexOf("=");
  if (at < 0) return [text.toLowerCase(), ""];
  return [text.slice(0, at).trim().toLowerCase(), unquote(text.slice(at + 1).trim())];
}

function unquote(text) {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}
