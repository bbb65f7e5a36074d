/**
 * How commands of one request refer to each other's results in the `json` dialect.
 *
 * A reference is a whole string, anywhere in arguments, that equals a command's name, or a name and a path of fields
 * (`name.field.field`). Arrays and values of objects are searched, keys never. A string is looked up as a whole first
 * and by its part before the first dot second, both when dependencies are found and when results are put in. The
 * reference implementation differs in three points: it doesn't order by keyword arguments; it never puts in the result
 * of a command whose own name holds a dot, though it orders by it; and a forwarded command may be substituted twice.
 *
 * Results are data of others. Only own properties of objects are followed, the names by which prototypes are reached
 * are refused, and what was put in is never searched again. Where a path leads nowhere the string stays as it is.
 *
 * @module
 */

import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import { DEPTH_MAX } from "../protocol/limits.ts";

/** The names strings are compared with: a `Set`, or a `Map` by name. */
export interface CommandNames {
  /** Whether a command has this name. */
  has(name: string): boolean;
}

const REFUSED_FIELDS: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);

/** The command that a string refers to, or `undefined` when it is a plain string. */
function nameIn(text: string, names: CommandNames): string | undefined {
  if (names.has(text)) return text;
  const dot = text.indexOf(".");
  if (dot < 0) return undefined;
  const head = text.slice(0, dot);
  return names.has(head) ? head : undefined;
}

/**
 * Names of the commands that a value refers to, each once, in order of appearance.
 *
 * What lies deeper than {@linkcode DEPTH_MAX} is not searched; a codec never lets such a value in.
 */
export function referencesIn(value: JsonValue, names: CommandNames): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, names, found, 0);
  return found;
}

function collect(value: JsonValue, names: CommandNames, found: Set<string>, depth: number): void {
  if (typeof value === "string") {
    const name = nameIn(value, names);
    if (name !== undefined) found.add(name);
  } else if (typeof value === "object" && value !== null && depth < DEPTH_MAX) {
    for (const inner of Object.values<JsonValue>(value)) collect(inner, names, found, depth + 1);
  }
}

/**
 * The value with each reference replaced by what it refers to; the very same value where there is none.
 *
 * What was put in is shared with the results, not copied, so a small value may stand for a very long text: measure it
 * with `isJsonLongerThan` before writing it.
 *
 * @param results Results of finished commands by name.
 */
export function substituted(
  value: JsonValue,
  results: ReadonlyMap<string, JsonValue>,
): JsonValue {
  return replaced(value, results, 0);
}

function replaced(
  value: JsonValue,
  results: ReadonlyMap<string, JsonValue>,
  depth: number,
): JsonValue {
  if (typeof value === "string") return resolved(value, results);
  if (typeof value !== "object" || value === null || depth >= DEPTH_MAX) return value;
  if (isJsonObject(value)) return replacedObject(value, results, depth + 1);
  const items = value.map((item) => replaced(item, results, depth + 1));
  return items.some((item, at) => item !== value[at]) ? items : value;
}

function replacedObject(
  value: JsonObject,
  results: ReadonlyMap<string, JsonValue>,
  depth: number,
): JsonObject {
  let isChanged = false;
  const entries = Object.entries(value).map(([key, inner]): [string, JsonValue] => {
    const next = replaced(inner, results, depth);
    isChanged ||= next !== inner;
    return [key, next];
  });
  // Unlike an assignment, this makes an own property of `__proto__` too.
  return isChanged ? Object.fromEntries(entries) : value;
}

function resolved(text: string, results: ReadonlyMap<string, JsonValue>): JsonValue {
  const name = nameIn(text, results);
  if (name === undefined) return text;
  const result = results.get(name);
  if (name === text) return result ?? null;
  const reached = fieldOf(result, text.slice(name.length + 1).split("."));
  return reached === undefined ? text : reached;
}

/** What a path of fields leads to, or `undefined` where it ends early. */
function fieldOf(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let reached = value;
  for (const field of path) {
    if (
      !isJsonObject(reached) || REFUSED_FIELDS.has(field) || !Object.hasOwn(reached, field)
    ) return undefined;
    reached = reached[field];
  }
  return reached;
}
