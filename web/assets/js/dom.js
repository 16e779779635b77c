// What the views share. Text reaches the page as text nodes only.

/** Makes an element. Properties are set as they are; dataset is merged. */
export function el(tag, { dataset = {}, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  Object.assign(node.dataset, dataset);
  node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

/** Copies a template of the page, and finds the elements in it that have a data-part. */
export function stamp(id) {
  const root = document.getElementById(id).content.firstElementChild.cloneNode(true);
  return { root, parts: partsOf(root) };
}

export function partsOf(root) {
  return Object.fromEntries([...root.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
}

/** Sets text only where it changed, so that a selection survives. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Copies a text, also on a page that came over plain HTTP from another machine and may not write to the clipboard. */
export async function copyText(text) {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { className: "unseen", value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

export function milliseconds(ms) {
  const digits = ms < 10 ? 2 : 0;
  const format = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return ms < 0.01 ? `< ${format.format(0.01)} ms` : `${format.format(ms)} ms`;
}

export function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** Adds a style sheet to the page, and waits until it is there. Without it the page still says what it says. */
export function addSheet(href) {
  const link = el("link", { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });
}
