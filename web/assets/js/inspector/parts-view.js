// The parts of a token: header and payload as tables of claims, each with what it means, to be edited where they stand;
// and the signature, with the key to check it with.

import { partsOf, setText, stamp } from "../dom.js";
import { t } from "../lang.js";
import { say } from "../shell/shell.js";
import { TOKEN_CHANGED, TOKEN_CHECKED } from "./inspection.js";
import { parse, rawOf, withValue } from "./members.js";
import { withText } from "./reading.js";
import { meaningOf, momentOf } from "./localize.js";

const MOMENTS = ["exp", "nbf", "iat", "auth_time", "updated_at"];

export function showClaims(root, inspection) {
  const { table, rows, unread, whole, raw } = partsOf(root);
  const object = () => inspection.reading[root.id];
  let shown = [];

  inspection.addEventListener(TOKEN_CHANGED, () => {
    whole.hidden = !object().members;
    setText(raw, object().text ?? "");
    if (rows.contains(document.activeElement)) return; // it was changed here, and is shown as it is typed
    const { members, text } = object();
    table.hidden = !members;
    setText(unread, members ? "" : (text ?? ""));
    shown = (members ?? []).map(row);
    rows.replaceChildren(...shown.map((each) => each.root));
  });

  inspection.addEventListener(TOKEN_CHECKED, () => {
    for (const { name, parts } of shown) {
      const moment = MOMENTS.includes(name) && momentOf(object().value[name], inspection.now());
      parts.moment.hidden = !moment;
      if (!moment) continue;
      setText(parts.local, moment.local);
      setText(parts.distance, moment.distance);
    }
  });

  function row({ name }, at) {
    const { root: tr, parts } = stamp("claim");
    const { value, meaning, rfc } = parts;
    const [is, source] = meaningOf(root.id, name);
    setText(parts.name, name);
    setText(meaning, is ?? t("inspector.unregistered"));
    setText(rfc, source ?? "");
    meaning.id = `${root.id}-${at}`;
    value.ariaLabel = t("inspector.value", { name });
    value.setAttribute("aria-describedby", meaning.id);
    value.addEventListener("input", () => typed(value, at));
    value.addEventListener("change", () => restore(value, at));
    restore(value, at);
    return { name, root: tr, parts };
  }

  function restore(field, at) {
    field.value = rawOf(object(), at);
    field.ariaInvalid = "false";
  }

  // Where a text stands, one without quotes is meant as a text too. What else is no JSON changes nothing yet.
  function typed(field, at) {
    const isJSON = parse(field.value) !== undefined;
    const isText = rawOf(object(), at).startsWith('"');
    field.ariaInvalid = String(!isJSON && !isText);
    if (!isJSON && !isText) return say(t("inspector.not-json"), true);
    const raw = isJSON ? field.value.trim() : JSON.stringify(field.value);
    inspection.edit(withText(inspection.reading, root.id, withValue(object(), at, raw)));
  }
}

/** Returns what lays a key of the reader's ready, without using it. */
export function showKey(root, inspection) {
  const { lab, own, key, given } = partsOf(root);
  const use = () => {
    given.hidden = !own.checked;
    inspection.useKey(own.checked ? key.value.trim() : "");
  };
  root.addEventListener("input", use);
  return (text) => {
    key.value = text;
    lab.checked = true;
    use();
  };
}
