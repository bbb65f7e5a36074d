/** The functions that the recorded nodes had, with the results that they gave. */

import { type CallError, callError } from "../../lib/protocol/errors.ts";
import type { JsonObject, JsonValue } from "../../lib/protocol/json_value.ts";

/** How a run ends, and after how long. */
export type Run =
  | { readonly value: JsonValue; readonly delayMs?: number }
  | { readonly error: CallError };

function threw(message: string): Run {
  return { error: callError("HANDLER_ERROR", message, "yes") };
}

function numbers(args: readonly JsonValue[], count: number): number[] | undefined {
  return args.length === count && args.every((one) => typeof one === "number")
    ? args.map(Number)
    : undefined;
}

/** Runs one of them. `me` is the name of the node, which some of them give back. */
export function runDemo(
  fun: string,
  args: readonly JsonValue[],
  kwargs: JsonObject,
  me: string,
): Run {
  const two = numbers(args, 2);
  switch (fun) {
    case "echo":
      return { value: args[0] ?? null };
    case "echos":
      return { value: args };
    case "add":
    case "mul":
      if (two === undefined) return threw(`${fun}() takes 2 numbers but ${args.length} were given`);
      return {
        value: fun === "add" ? (two[0] ?? 0) + (two[1] ?? 0) : (two[0] ?? 0) * (two[1] ?? 0),
      };
    case "greet": {
      const [unknown] = Object.keys(kwargs);
      if (unknown !== undefined) {
        return threw(`greet() got an unexpected keyword argument '${unknown}'`);
      }
      return { value: `hello ${args[0] ?? ""}` };
    }
    case "boom":
      return threw(String(args[0] ?? "it broke"));
    case "stats": {
      const items = Array.isArray(args[0]) ? args[0] : [];
      const total = items.reduce<number>((sum, item) => sum + Number(item), 0);
      const summary = { count: items.length, total, mean: total / items.length };
      return { value: { summary, items } };
    }
    case "slow":
      return { value: args[1] ?? null, delayMs: Number(args[0]) };
    case "weird":
      return { error: callError("RESULT_NOT_SERIALIZABLE", "weird gave back a set", "yes") };
    default:
      return { value: me };
  }
}
