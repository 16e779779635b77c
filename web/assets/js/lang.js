// The texts of this page, in its language. The server has written them into the page, from the catalogue.

export const language = document.documentElement.lang;

const texts = JSON.parse(document.getElementById("texts").content.textContent);

/** Adds whole sections of the catalogue, which come later than the page. */
export async function addTexts(address) {
  Object.assign(texts, await (await fetch(address)).json());
}

/** The text of a key like "shell.reset", with {names} filled in. */
export function t(key, values = {}) {
  return fill(lookUp(key) ?? key, values);
}

/** The same, or what is given where the catalogue has no such key. */
export function tOr(key, otherwise, values = {}) {
  return fill(lookUp(key) ?? otherwise, values);
}

/** A list or an object of the catalogue, as it is. */
export const lookUp = (key) => key.split(".").reduce((node, name) => node?.[name], texts);

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const decimals = (digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits });

export const number = (n, digits = 0) => decimals(digits).format(n);

/** 3152 is "3.2K": there is room for four characters. */
export const compact = (n) => new Intl.NumberFormat(language, { notation: "compact" }).format(n);

/** What went wrong, in the reader's language where we know the problem, else in the server's own words. */
export function problemText(exchange) {
  if (exchange.ok) return "";
  if (exchange.lost) return t(globalThis.authlabAnswers ? "problem.exported" : "problem.no-answer");
  const name = exchange.json?.type?.split(":").at(-1) ?? "";
  const values = { replica: exchange.replica || exchange.json?.replica || "?", status: exchange.status };
  return tOr(`problem.${name}`, exchange.json?.detail || exchange.json?.title || String(exchange.status), values);
}
