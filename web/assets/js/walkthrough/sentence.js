// Sentences of the catalogue with elements in their blanks.

import { t } from "../lang.js";

const BLANK = /\{(\w+)\}/;

/** The text of a key as nodes: {said} becomes what is given as said, a node or a text. */
export function sentence(key, values) {
  return t(key).split(BLANK).map((part, i) => (i % 2 === 1 ? (values[part] ?? `{${part}}`) : part));
}
