import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";

/**
 * The one text of a JSON value, after RFC 8785: no spaces, keys sorted by UTF-16 units, numbers and strings as ECMAScript
 * writes them, which is how that document defines them. Equal values have equal texts, so a hash can stand for the value.
 *
 * Written here because it is short: the known packages ask for newer runtimes than a client may have. Tests hold it
 * against one of them.
 */
export function canonicalJson(value: JsonValue): string {
  if (isJsonObject(value)) {
    const fields = Object.keys(value).sort().map((key) =>
      `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`
    );
    return `{${fields.join(",")}}`;
  }
  return Array.isArray(value)
    ? `[${value.map((item: JsonValue) => canonicalJson(item)).join(",")}]`
    : JSON.stringify(value);
}
