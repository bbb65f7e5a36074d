/** How a node of the reference runs a request: in levels, with its own way of substituting. */

import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/protocol/json_value.ts";
import { listOf, objectOf } from "./conversations.ts";

/** Runs one step that has its arguments. */
export type RunStep = (step: Step) => Promise<JsonValue>;

/** One step. */
export interface Step {
  readonly name: string;
  readonly fun: string;
  readonly args: readonly JsonValue[];
  readonly kwargs: JsonObject;
  readonly locs: readonly string[];
}

/** A failure as Python would name it. */
export class ReferenceFailure extends Error {
  /** The last line of the traceback. */
  readonly line: string;

  constructor(line: string) {
    super(line);
    this.line = line;
  }
}

function strings(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isJsonObject(value) ? Object.values(value).flatMap(strings) : [];
}

function head(text: string): string {
  return text.split(".", 1)[0] ?? "";
}

/** Replaces references to steps that have ended; what can't be found stays as it is. */
export function substituted(value: JsonValue, results: ReadonlyMap<string, JsonValue>): JsonValue {
  if (Array.isArray(value)) return value.map((one) => substituted(one, results));
  if (typeof value !== "string") {
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, one]) => [key, substituted(one, results)]));
  }
  const [name = "", ...path] = value.split(".");
  let found = results.get(name);
  for (const key of path) {
    found = found !== undefined && isJsonObject(found) ? found[key] : undefined;
  }
  return found ?? value;
}

function stepsOf(request: JsonObject): ReadonlyMap<string, Step> {
  return new Map(
    listOf(request["cmds"]).map(objectOf).map((one) => [String(one["name"]), {
      name: String(one["name"]),
      fun: String(one["fun"]),
      args: listOf(one["args"]),
      kwargs: objectOf(one["kwargs"]),
      locs: listOf(one["locs"]).map(String),
    }]),
  );
}

/** Runs a request and gives what its last level gave. */
export async function runRequest(request: JsonObject, run: RunStep): Promise<JsonObject> {
  const waiting = new Map(stepsOf(request));
  const names = new Set(waiting.keys());
  const results = new Map<string, JsonValue>();
  let last: JsonObject | undefined;
  while (waiting.size > 0) {
    const level = [...waiting.values()].filter((step) =>
      step.args.flatMap(strings).every((text) => {
        const needed = names.has(text) ? text : names.has(head(text)) ? head(text) : undefined;
        return needed === undefined || results.has(needed);
      })
    );
    if (level.length === 0) {
      throw new ReferenceFailure("graphlib.CycleError: ('nodes are in a cycle', [])");
    }
    for (const { name } of level) waiting.delete(name);
    const values = await Promise.all(level.map((step) =>
      run({
        ...step,
        args: listOf(substituted([...step.args], results)),
        kwargs: objectOf(substituted(step.kwargs, results)),
      })
    ));
    last = Object.fromEntries(level.map(({ name }, index) => [name, values[index] ?? null]));
    for (const [name, value] of Object.entries(last)) results.set(name, value);
  }
  if (last === undefined) throw new ReferenceFailure("UnboundLocalError: got");
  return last;
}
