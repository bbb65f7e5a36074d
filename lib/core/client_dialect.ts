import { callError, type Ran } from "../protocol/errors.ts";
import type { RpcResponse } from "../protocol/json_messages.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import { Payload } from "../protocol/payload.ts";
import { reachWord } from "../protocol/reach.ts";
import { callErrorOfWire } from "../protocol/wire_error.ts";
import { type CallStream, failure, success } from "./call_record.ts";
import type { Outcome } from "./effects.ts";
import type { CallCommand, Dialect, WireMessage } from "./events.ts";
import type { OpenConnection } from "./client_turn.ts";
import { textCommands, toldByResponse } from "./json_requests.ts";

/** What a client asks. */
export type ClientQuestion = Extract<CallCommand, { type: "call" | "request" | "explain" }>;

/** A question of a client that has not ended. */
export interface ClientCall {
  readonly command: ClientQuestion;
  readonly deadlineAt: number;
  /** Where it was sent; `undefined` = it waits in line. */
  connection: OpenConnection | undefined;
  /** Its number there. */
  wire: number;
  /** Whether the node said that the function runs. */
  hasRun: boolean;
  /** What earlier tries say of whether it ran. */
  ranBefore: Ran;
  /** How often it was sent. */
  tries: number;
  /** What was told of how it goes since it was sent, in units of items. */
  progressUnits: number;
  /** Its items, if it asked for many values. */
  readonly stream: CallStream | undefined;
  /** Whether it was asked for anything of its streamed arguments: what is gone can't be given again. */
  hasGiven: boolean;
}

/** How a client's calls look in each dialect. */
export class ClientDialect {
  readonly #stepName: string;

  /** @param token Something that no argument holds: it names the step of a single call on `json`. */
  constructor(token: string) {
    this.#stepName = `farcall~${token}`;
  }

  /**
   * The message that asks; `undefined` = the dialect has none for this.
   *
   * @param credit Of a stream: what may be sent at first.
   */
  encode(dialect: Dialect, call: ClientCall, now: number, credit = 0): WireMessage | undefined {
    const { command, wire: id, stream } = call;
    if (dialect === "json") {
      return command.type === "explain" || stream !== undefined || isStreamed(command)
        ? undefined
        : this.#rpc(command, id);
    }
    if (command.type === "explain") {
      const { fun, resources, reach } = command;
      return { type: "explain", id, fun, resources, ...reachWord(reach) };
    }
    const timeoutMs = Math.max(1, Math.ceil(call.deadlineAt - now));
    const wait = command.waits === true ? { wait: true as const } : {};
    if (command.type === "request") {
      const { commands, wanted, tellsProgress, reach } = command;
      const which = wanted === undefined ? {} : { wanted };
      const progress = tellsProgress === true ? { progress: true as const } : {};
      const how = { ...wait, ...progress, ...reachWord(reach) };
      return { type: "request", id, commands, timeoutMs, ...which, ...how };
    }
    const { fun, resources, args, kwargs, hedgeMs, contract, streamed } = command;
    const first = command.stream?.resumeFrom;
    const resume = stream === undefined || first === undefined
      ? {}
      : { resumeFrom: first + stream.delivered };
    return {
      ...{ type: "call", id, fun, resources, args, timeoutMs },
      ...(kwargs === undefined ? {} : { kwargs }),
      ...(contract === undefined ? {} : { contract }),
      ...(command.idempotent === true ? { idempotent: true } : {}),
      ...(hedgeMs === undefined ? {} : { hedgeMs }),
      ...(stream === undefined ? {} : { credit, ...resume }),
      ...reachWord(command.reach),
      ...(streamed === undefined ? {} : { streamed }),
      ...wait,
    };
  }

  /** The number of the question that a message is about, if it is about one. */
  numberIn(message: WireMessage): number | undefined {
    switch (message.type) {
      case "result":
      case "error":
      case "accepted":
      case "items":
      case "credit":
      case "stop":
        return message.id;
      case "response":
        return Number(message.u);
      default:
        return undefined;
    }
  }

  /** How it ends. */
  outcome(message: WireMessage, call: ClientCall): Outcome {
    if (message.type === "result") return success(message);
    if (message.type === "error") return failure(message.error);
    if (message.type === "response") return this.#read(message, call);
    return failure(callError("PROTOCOL", `A ${message.type} message ends no call`, "unknown"));
  }

  #rpc(
    command: Exclude<ClientQuestion, { type: "explain" }>,
    wire: number,
  ): WireMessage | undefined {
    const commands = command.type === "request" ? textCommands(command.commands) : [{
      name: this.#stepName,
      fun: command.fun,
      args: list(command.args.value),
      kwargs: command.kwargs === undefined ? {} : object(command.kwargs.value),
      resources: command.resources,
    }];
    if (commands === undefined) return undefined;
    const isFollowed = command.type === "request" && command.tellsProgress === true;
    return {
      type: "rpc",
      u: String(wire),
      commands,
      // Results that other commands use do not come back on this wire, except as intermediate ones.
      returnIntermediateResults: isFollowed ||
        (command.type === "request" && command.wanted !== undefined),
      includeExecutionSummary: isFollowed,
    };
  }

  /** What a message that ends a request tells of how it went. */
  progress(message: WireMessage, { command }: ClientCall): readonly Payload[] {
    if (message.type !== "response" || command.type !== "request") return [];
    return command.tellsProgress === true ? toldByResponse(message, command.commands) : [];
  }

  #read(response: RpcResponse, call: ClientCall): Outcome {
    if (response.error !== undefined) return failure(callErrorOfWire(response.error));
    const { command } = call;
    const results = { ...accumulated(response), ...object(response.result.value) };
    if (command.type !== "request") return this.#pick(results, this.#stepName);
    const wanted = command.wanted;
    if (wanted === undefined) return { ok: true, value: response.result };
    const missing = wanted.find((name) => !Object.hasOwn(results, name));
    if (missing !== undefined) return this.#pick(results, missing);
    const found = Object.fromEntries(wanted.map((name) => [name, results[name] ?? null]));
    return { ok: true, value: Payload.fromValue(found) };
  }

  #pick(results: JsonObject, name: string): Outcome {
    if (Object.hasOwn(results, name)) {
      return { ok: true, value: Payload.fromValue(results[name] ?? null) };
    }
    return failure(callError("PROTOCOL", "The answer lacks a result that was asked for", "yes"));
  }
}

/** Whether some of its arguments are streams. */
export function isStreamed(command: ClientQuestion): boolean {
  return command.type === "call" && command.streamed !== undefined;
}

function accumulated(response: RpcResponse): JsonObject {
  let all: JsonObject = {};
  for (const level of response.intermediateResults ?? []) {
    if (isJsonObject(level)) all = object(level["accumulated_results"] ?? null);
  }
  return all;
}

function list(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function object(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
