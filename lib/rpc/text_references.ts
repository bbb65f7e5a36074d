/**
 * How commands of one request refer to each other's results in the `json` dialect, read once and made explicit.
 *
 * A reference is a whole string, anywhere in arguments, that equals a command's name, or a name and a path of fields
 * (`name.field.field`). Arrays and values of objects are searched, keys never. A string is looked up as a whole first
 * and by its part before the first dot second. The reference implementation differs in three points: it doesn't order by
 * keyword arguments; it never puts in the result of a command whose own name holds a dot, though it orders by it; and a
 * forwarded command may be substituted twice. Where a path leads nowhere the string stays as it is.
 *
 * @module
 */

import type { Command } from "../protocol/json_messages.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { DEPTH_MAX } from "../protocol/limits.ts";
import type { Place, PlacedReference, RequestCommand } from "../protocol/request_command.ts";

/** The names strings are compared with: a `Set`, or a `Map` by name. */
interface CommandNames {
  has(name: string): boolean;
}

/** Commands of the `json` dialect, with the strings in them that refer to others said explicitly. */
export function withReferences(commands: readonly Command[]): readonly RequestCommand[] {
  const names = new Set(commands.map(({ name }) => name));
  return commands.map((command) => ({ ...command, refs: referencesIn(command, names) }));
}

/**
 * Where arguments of a command refer to others, in order of appearance.
 *
 * What lies deeper than {@linkcode DEPTH_MAX} is not searched; a codec never lets such a value in.
 */
export function referencesIn(
  { args, kwargs }: Pick<Command, "args" | "kwargs">,
  names: CommandNames,
): readonly PlacedReference[] {
  const found: PlacedReference[] = [];
  args.forEach((arg, index) => collect(arg, ["args", index], names, found));
  for (const [key, arg] of Object.entries<JsonValue>(kwargs)) {
    collect(arg, ["kwargs", key], names, found);
  }
  return found;
}

function collect(
  value: JsonValue,
  at: Place,
  names: CommandNames,
  found: PlacedReference[],
): void {
  if (typeof value === "string") {
    const of = nameIn(value, names);
    if (of === undefined) return;
    const path = of === value ? [] : value.slice(of.length + 1).split(".");
    found.push({ at, of, path, isOptional: true });
  } else if (Array.isArray(value)) {
    if (at.length > DEPTH_MAX) return;
    value.forEach((inner, index) => collect(inner, [...at, index], names, found));
  } else if (typeof value === "object" && value !== null && at.length <= DEPTH_MAX) {
    for (const [key, inner] of Object.entries<JsonValue>(value)) {
      collect(inner, [...at, key], names, found);
    }
  }
}

/** The command that a string refers to, or `undefined` when it is a plain string. */
function nameIn(text: string, names: CommandNames): string | undefined {
  if (names.has(text)) return text;
  const dot = text.indexOf(".");
  if (dot < 0) return undefined;
  const head = text.slice(0, dot);
  return names.has(head) ? head : undefined;
}
