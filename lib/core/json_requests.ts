/**
 * What a client's requests are in the `json` dialect, and what its answers tell of how they went.
 *
 * @module
 */

import type { Command, RpcResponse } from "../protocol/json_messages.ts";
import { isJsonObject, type JsonObject } from "../protocol/json_value.ts";
import { Payload } from "../protocol/payload.ts";
import type { Reference, RequestCommand } from "../protocol/request_command.ts";
import { filled } from "../rpc/references.ts";

/**
 * The same commands with references as the strings of this dialect, `name.field.field`: names of our requests are
 * unguessable, so no other string is mistaken for one. `undefined` = it can't say them: it has no maps, and no field that is
 * empty or has a dot.
 */
export function textCommands(commands: readonly RequestCommand[]): readonly Command[] | undefined {
  const made = commands.map(textCommand).filter((one) => one !== undefined);
  return made.length === commands.length ? made : undefined;
}

function textCommand(command: RequestCommand): Command | undefined {
  const { name, fun, resources, over } = command;
  const put = filled(command, command.refs, referenceText);
  return over === undefined && put.ok
    ? { name, fun, resources, args: put.args, kwargs: put.kwargs }
    : undefined;
}

function referenceText({ of, path }: Reference): string | undefined {
  if (of === undefined || path.some((field) => field === "" || field.includes("."))) {
    return undefined;
  }
  return [of, ...path].join(".");
}

/** The progress that an answer tells of afterwards, as events of `farcall.v1`. */
export function toldByResponse(
  { intermediateResults = [], executionSummary }: RpcResponse,
  commands: readonly RequestCommand[],
): readonly Payload[] {
  const events: JsonObject[] = [];
  let elapsed_ms = 0;
  for (const told of intermediateResults) {
    if (!isJsonObject(told)) continue;
    elapsed_ms += typeof told["execution_time_ms"] === "number" ? told["execution_time_ms"] : 0;
    const level = told["level_index"] ?? 0;
    const results = told["level_results"];
    for (const [name, value] of Object.entries(isJsonObject(results) ? results : {})) {
      const command = commands.findIndex((one) => one.name === name);
      const fun = commands[command]?.fun;
      if (fun === undefined) continue;
      events.push({ event: "finished", command, fun, level, elapsed_ms, value });
    }
  }
  if (isJsonObject(executionSummary)) events.push({ ...executionSummary, event: "summary" });
  return events.map((event) => Payload.fromValue(event));
}
