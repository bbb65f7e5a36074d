import type { JsonValue } from "../protocol/json_value.ts";

/**
 * Whether the JSON text of a value is certainly longer than a limit, found without writing the text.
 *
 * Substituted arguments share their parts: a few kilobytes of references to one large result may stand for gigabytes
 * of text, and writing that would end the process. The cost is bounded by the limit, not by the text. Escapes are not
 * counted, so a text of up to six times the limit may pass.
 *
 * @param lengthMax In UTF-16 units.
 */
export function isJsonLongerThan(value: JsonValue, lengthMax: number): boolean {
  const left: JsonValue[] = [value];
  let length = 0;
  while (length <= lengthMax) {
    const next = left.pop();
    if (next === undefined) return false;
    if (typeof next === "string") length += next.length + 2;
    else if (typeof next !== "object" || next === null) length += String(next).length;
    else if (Array.isArray(next)) {
      // Brackets and commas are counted before the items are taken up, so that `left` is bounded too.
      length += Math.max(2, next.length + 1);
      if (length <= lengthMax) { for (const item of next) left.push(item); }
    } else {
      const entries = Object.entries(next);
      length += Math.max(2, entries.length + 1);
      for (const [key, inner] of entries) {
        length += key.length + 3;
        left.push(inner);
      }
    }
  }
  return true;
}
