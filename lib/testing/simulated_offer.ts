import type { CallCommand } from "../core/events.ts";
import type { BookedCommand } from "./call_book.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { Command } from "../protocol/json_messages.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import { functionName, resourceName } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { withReferences } from "../rpc/text_references.ts";
import { planArgs, type StreamPlan } from "./stream_plan.ts";
import { numbered, numberedKwargs } from "./simulated_function.ts";

/** How a function is offered. */
export interface SimulatedOfferOptions {
  /** What the node has; callers must ask for a part of it. Default: nothing. */
  readonly resources?: readonly string[];
  /** How far the offer travels, in links. Default 3. */
  readonly maxHops?: number;
  /** Clusters that may learn of it. Default: every cluster. */
  readonly clusters?: readonly string[];
  /** Longest time a run takes, in ms; half of the runs take none. Default 200. */
  readonly runMsMax?: number;
}

/** How a call is made. */
export interface SimulatedCallOptions {
  /** What the provider must have. Default: nothing. */
  readonly resources?: readonly string[];
  /** In ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** Running it twice does no more than once. Default: it may. */
  readonly idempotent?: boolean;
  /** It waits for a provider where there is none. Default: it fails at once. */
  readonly waits?: boolean;
  /** After so many ms another provider is asked, too; only if idempotent. Default: never. */
  readonly hedgeMs?: number;
}

/** A command of a request. */
export interface SimulatedCommand extends BookedCommand {
  /** What the provider must have. Default: nothing. */
  readonly resources?: readonly string[];
  /** Running it twice does no more than once. Default: it may. */
  readonly idempotent?: true;
}

/** How a request is made. */
export interface SimulatedRequestOptions {
  /** In ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** Commands wait for a provider where there is none. Default: the request fails at once. */
  readonly waits?: boolean;
}

/** An offer as the world's own book has it: checkers go by the book, never by the machine. */
export interface BookedOffer {
  /** The function. */
  readonly fun: string;
  /** What its node has, sorted. */
  readonly resources: readonly string[];
  /** How far it travels, in links. */
  readonly maxHops: number;
  /** Clusters, joined by a space. */
  readonly scope: string;
}

/** A call as a machine takes it. */
export function callCommand(
  call: number,
  fun: string,
  args: readonly JsonValue[],
  options: SimulatedCallOptions,
): (now: number) => Extract<CallCommand, { type: "call" }> {
  const command = {
    type: "call" as const,
    call,
    fun: functionName(fun),
    resources: (options.resources ?? []).map(resourceName),
    args: Payload.fromValue([...args]),
    kwargs: numbered(call),
    timeoutMs: options.timeoutMs ?? 30_000,
    idempotent: options.idempotent === true,
    waits: options.waits === true,
    hedgeMs: options.hedgeMs,
  };
  return (now) => ({ ...command, now });
}

/** A call with streams as a machine takes it. */
export function streamCommand(
  call: number,
  fun: string,
  plan: StreamPlan,
  options: SimulatedCallOptions,
): (now: number) => Extract<CallCommand, { type: "call" }> {
  const command = callCommand(call, fun, planArgs(plan), options);
  const stream = plan.asks ? { resumeFrom: plan.resumes ? 0 : undefined } : undefined;
  const streamed = plan.gives === undefined ? undefined : [0];
  return (now) => ({ ...command(now), stream, streamed });
}

/** A request as a machine takes it. */
export function requestCommand(
  request: number,
  commands: readonly SimulatedCommand[],
  { timeoutMs = 30_000, waits = false }: SimulatedRequestOptions,
): (now: number) => Extract<CallCommand, { type: "request" }> {
  const command = {
    type: "request" as const,
    call: request,
    commands: withReferences(commands.map(named)).map((read, index) => ({
      ...read,
      kwargs: numberedKwargs(request + 1 + index),
      ...more(commands[index]),
    })),
    wanted: undefined,
    timeoutMs,
    waits,
  };
  return (now) => ({ ...command, now });
}

function named({ name, fun, args, resources = [] }: SimulatedCommand): Command {
  const asked = resources.map(resourceName);
  return { name, fun: functionName(fun), args, kwargs: {}, resources: asked };
}

/** What a command has besides its names: a map gets one item as its only argument. */
function more(command: SimulatedCommand | undefined): Partial<RequestCommand> {
  const { mapped, idempotent } = command ?? {};
  const repeats = idempotent === true ? { idempotent } : {};
  if (mapped === undefined) return repeats;
  const { over: of, concurrency } = mapped;
  return {
    ...repeats,
    args: [null],
    refs: [{ at: ["args", 0], of: undefined, path: [] }],
    over: { list: { of, path: [] }, concurrency },
  };
}
