// What no reader needs before something has run comes later: script, style and texts, when the reader first does something.

import { addSheet } from "../dom.js";
import { addTexts, language } from "../lang.js";
import { isExported } from "../model/exchange.js";

let loading = null;

/** The module later.js, when its style and its texts are there as well. An exported page has all three in itself. */
export function loadLater() {
  loading ??= Promise.all([
    import("./later.js"), ...(isExported ? [] : [addSheet("/assets/walkthrough-later.css"), addTexts(`/assets/walkthrough-later.${language}.json`)]),
  ]);
  return loading.then(([later]) => later);
}
