/**
 * The one implementation of calling: turns what a caller says into commands for a machine, and the machine's word into
 * promises. Nodes, clients and functions that call on differ only in where the commands go.
 *
 * @module
 */

import type { Soon } from "../contract/checking.ts";
import type { Contract, ReturningContract, YieldingContract } from "../contract/contract.ts";
import { declaredFromWire } from "../contract/declared_error.ts";
import { CLIENT_FUNCTIONS } from "../core/client_functions.ts";
import type { Outcome } from "../core/effects.ts";
import type { CallCommand, CallId } from "../core/events.ts";
import type { Entropy } from "../edges/entropy.ts";
import { type Clock, systemClock } from "../edges/system_clock.ts";
import type { ContractDifference, ContractDigest } from "../protocol/contract_facts.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { functionName, type NodeUrl, resourceSet } from "../protocol/names.ts";
import { askedOf, type CallParts, callParts } from "./call_parts.ts";
import { type BegunCall, CallSettlers } from "./call_settlers.ts";
import type { Explanation } from "../core/explain.ts";
import { mannerOf, reachOf, timeoutOf } from "./call_manner.ts";
import type {
  CallOptions,
  CommandOptions,
  ExplainOptions,
  RepeatOptions,
  StreamOptions,
} from "./call_options.ts";
import type { UntypedCalling } from "./calling.ts";
import {
  callable,
  checkBeforeSending,
  checkItem,
  checkReceived,
  streamable,
  withoutTail,
} from "./contract_checks.ts";
import { Deadline } from "./deadline.ts";
import {
  type FunctionDescription,
  NODE_FUNCTIONS,
  readDescription,
  readDocument,
} from "./description.ts";
import { readExplanation } from "./read_explanation.ts";
import type { RequestBuilder, Resolved } from "./request_builder.ts";
import { RequestCalls } from "./request_calls.ts";
import type { RequestProgress } from "./request_progress.ts";
import { CALL_TIMEOUT_MS_MAX } from "../protocol/limits.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { GivenArguments } from "./given_arguments.ts";
import { ItemStream } from "./item_stream.ts";
import { resumeFromOf, StreamCalls, streamTimeoutOf } from "./stream_calls.ts";

/** What calls need from whoever runs the machine. */
export interface CallsEdges {
  /** Tells the machine something, at the time it is given. */
  readonly post: (stamp: (now: number) => CallCommand) => void;
  /** Makes names unguessable. */
  readonly entropy: Entropy;
  /** Bounds schemas that take their time. Default: the system's. */
  readonly clock?: Clock;
  /** Hears of functions that ran under other contracts. Default: nobody. */
  readonly differs?: (difference: ContractDifference) => void;
}

/** Calls of one machine's owner. */
export class Calls implements UntypedCalling {
  readonly #edges: CallsEdges;
  readonly #clock: Clock;
  readonly #settlers = new CallSettlers();
  readonly #streams = new StreamCalls();
  /** Streamed arguments of calls that have not ended. */
  readonly #given = new Map<CallId, GivenArguments>();
  readonly #requests: RequestCalls;
  #closedBecause: string | undefined;

  /** @param edges Where commands go. */
  constructor(edges: CallsEdges) {
    this.#edges = edges;
    const clock = this.#clock = edges.clock ?? systemClock();
    this.#requests = new RequestCalls({
      ...{ clock, begin: this.#start.bind(this), typed: this.#typed.bind(this) },
      prefix: () => `~${edges.entropy.seed().map((word) => word.toString(36)).join("")}`,
      hear: this.#streams.hear.bind(this.#streams),
    });
  }

  /** See {@linkcode Calling.call}. */
  async call(
    target: string | ReturningContract,
    args: readonly unknown[] = [],
    options: CallOptions & CommandOptions & RepeatOptions = {},
  ): Promise<unknown> {
    const given = new GivenArguments(target, args);
    try {
      if (typeof target !== "string") return await this.#callByContract(target, given, options);
      const { resources, kwargs } = options;
      const command = callParts(target, given.args, resources, kwargs, mannerOf(options));
      return await this.#send(command, timeoutOf(options), options.signal, given);
    } catch (error) {
      throw given.errorOf(error);
    } finally {
      given.end();
    }
  }

  /** Calls a function of one certain node. Only a node's machine can do that. */
  async callAt(
    target: NodeUrl,
    name: string,
    args: readonly unknown[],
    timeoutMs: number,
  ): Promise<JsonValue> {
    return await this.#send({ ...callParts(name, args), target }, timeoutMs, undefined);
  }

  /** Asks a client of this very node for a contract that it goes by. Only a node's machine can do that. */
  async callHolder(self: NodeUrl, holds: ContractDigest, timeoutMs: number): Promise<JsonValue> {
    const command = { ...callParts(CLIENT_FUNCTIONS.contracts, [[holds]]), target: self, holds };
    return await this.#send(command, timeoutMs, undefined);
  }

  /** What the node that is asked knows of a function. */
  async describe(
    target: string | Contract,
    options: CallOptions = {},
  ): Promise<FunctionDescription> {
    const name = functionName(typeof target === "string" ? target : target.name);
    const command = callParts(NODE_FUNCTIONS.describe, [name]);
    return readDescription(await this.#send(command, timeoutOf(options), options.signal));
  }

  /** All functions in reach of the node that is asked, as an OpenRPC document. */
  async discover(options: CallOptions = {}): Promise<JsonObject> {
    const command = callParts(NODE_FUNCTIONS.discover, []);
    return readDocument(await this.#send(command, timeoutOf(options), options.signal));
  }

  /** See {@linkcode Calling.stream}. */
  stream(
    target: string | YieldingContract,
    args: readonly unknown[] = [],
    options: StreamOptions & CommandOptions = {},
  ): ItemStream<unknown> {
    const { signal } = options;
    const contract = typeof target === "string" ? undefined : target;
    const bounds = new Deadline(this.#clock, options.timeout ?? CALL_TIMEOUT_MS_MAX, signal);
    const { post } = this.#edges;
    let given: GivenArguments | undefined;
    const begin = (command: (call: CallId, now: number) => CallCommand): BegunCall =>
      this.#start(signal, command, given);
    const ended = (error?: unknown): unknown => {
      given?.end();
      return given === undefined ? error : given.errorOf(error);
    };
    const items = this.#streams.read(
      { post, begin, ended },
      () => {
        given = new GivenArguments(target, args);
        return this.#streamCommand(target, given, options, bounds);
      },
      signal,
    );
    if (contract === undefined) {
      return new ItemStream(items, { item: (value) => value, error: (error) => error });
    }
    const declared = (failed: FarcallError): Soon<FarcallError> =>
      declaredFromWire(contract, failed);
    return new ItemStream(items, {
      item: (value) => {
        const item = checkItem(contract, value);
        const what = `the check of an item of ${contract.name}`;
        return item instanceof Promise ? bounds.bound(item, what, "yes") : item;
      },
      error: (error) => this.#typed(error, declared, bounds),
    });
  }

  async #streamCommand(
    target: string | YieldingContract,
    { args, streamed }: GivenArguments,
    options: StreamOptions & CommandOptions,
    bounds: Deadline,
  ): Promise<(call: CallId, now: number) => CallCommand> {
    const contract = typeof target === "string" ? undefined : streamable(target);
    const name = typeof target === "string" ? target : target.name;
    const timeout = streamTimeoutOf(options);
    const manner = mannerOf({ ...options, idempotent: contract?.idempotent ?? false });
    const resources = [...contract?.resources ?? [], ...options.resources ?? []];
    const sent = contract === undefined ? args : withoutTail(args);
    const stream = { resumeFrom: resumeFromOf(options) };
    const asked = contract && askedOf(contract, options);
    const command = {
      ...callParts(name, sent, resources, options.kwargs, manner),
      ...(asked === undefined ? {} : { contract: asked }),
      ...{ stream, streamed },
    };
    const check = contract && checkBeforeSending(contract, command.args.text, command.kwargs?.text);
    if (check instanceof Promise) {
      await bounds.bound(check, `the check of the arguments of ${name}`, "no");
    }
    const timeoutMs = check === undefined ? timeout : bounds.leftMs;
    return (call, now) => ({ ...command, type: "call", timeoutMs, call, now });
  }

  /** See {@linkcode Calling.request}. */
  request<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions = {},
  ): Promise<Resolved<Shape>> {
    return this.#requests.request(build, options);
  }

  /** See {@linkcode Calling.follow}. */
  follow<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions = {},
  ): RequestProgress<Shape> {
    return this.#requests.follow(build, options);
  }

  /** See {@linkcode Calling.explain}. */
  async explain(name: string, options: ExplainOptions = {}): Promise<Explanation> {
    const fun = functionName(name);
    const resources = resourceSet(options.resources ?? []);
    const timeoutMs = timeoutOf(options);
    const reach = reachOf(options);
    const command = { type: "explain", fun, resources, timeoutMs, reach } as const;
    return readExplanation(
      await this.#begin(options.signal, (call, now) => ({ ...command, call, now })),
    );
  }

  /** Items of a stream. */
  items(call: CallId, batch: ItemBatch): void {
    this.#streams.items(call, batch);
  }

  /** A function asks for so much more of a streamed argument; `undefined` = it wants no more. */
  wanted(call: CallId, arg: number, units: number | undefined): void {
    this.#given.get(call)?.wanted(arg, units);
  }

  /** The machine's word on a call. */
  settle(call: CallId, outcome: Outcome): void {
    this.#given.delete(call);
    if (outcome.ok && this.#edges.differs !== undefined) {
      for (const difference of outcome.differs ?? []) this.#edges.differs(difference);
    }
    this.#settlers.settle(call, outcome);
  }

  /** Calls that have not ended. */
  get pendingCount(): number {
    return this.#settlers.size;
  }

  /** Fails what is pending and all that comes: the machine says nothing more. */
  close(because: string): void {
    this.#closedBecause ??= because;
    this.#settlers.abandon(callError("UNAVAILABLE", this.#closedBecause, "unknown"));
    this.#given.clear();
  }

  async #callByContract(
    target: ReturningContract,
    given: GivenArguments,
    options: CallOptions & CommandOptions & RepeatOptions,
  ): Promise<unknown> {
    const contract = callable(target);
    const timeout = timeoutOf(options);
    const deadline = new Deadline(this.#clock, timeout, options.signal);
    const resources = [...contract.resources, ...(options.resources ?? [])];
    const asked = askedOf(contract, options);
    const manner = mannerOf({ ...options, idempotent: contract.idempotent });
    const command = {
      ...callParts(contract.name, withoutTail(given.args), resources, options.kwargs, manner),
      ...(asked === undefined ? {} : { contract: asked }),
    };
    const check = checkBeforeSending(contract, command.args.text, command.kwargs?.text);
    if (check instanceof Promise) {
      await deadline.bound(check, `the check of the arguments of ${contract.name}`, "no");
    }
    let result: JsonValue;
    try {
      const timeoutMs = check === undefined ? timeout : deadline.leftMs;
      result = await this.#send(command, timeoutMs, options.signal, given);
    } catch (error) {
      throw await this.#typed(error, (failed) => declaredFromWire(contract, failed), deadline);
    }
    const output = checkReceived(contract, result);
    return output instanceof Promise
      ? await deadline.bound(output, `the check of the result of ${contract.name}`, "yes")
      : output;
  }

  /** A call's error, as its contract declares it where it does. */
  async #typed(
    error: unknown,
    declared: (failed: FarcallError) => Soon<FarcallError>,
    deadline: Deadline,
  ): Promise<unknown> {
    if (!(error instanceof FarcallError)) return error;
    const typed = declared(error);
    return typed instanceof Promise
      ? await deadline.bound(typed, "the check of an error's data", error.ran)
      : typed;
  }

  #send(
    command: CallParts,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    given?: GivenArguments,
  ): Promise<JsonValue> {
    const streamed = given?.streamed;
    return this.#begin(
      signal,
      (call, now) => ({ ...command, type: "call", streamed, timeoutMs, call, now }),
      given,
    );
  }

  async #begin(
    signal: AbortSignal | undefined,
    command: (call: CallId, now: number) => CallCommand,
    given?: GivenArguments,
  ): Promise<JsonValue> {
    return await this.#start(signal, command, given).result;
  }

  #start(
    signal: AbortSignal | undefined,
    command: (call: CallId, now: number) => CallCommand,
    given?: GivenArguments,
  ): BegunCall {
    if (this.#closedBecause !== undefined) {
      throw new FarcallError(callError("UNAVAILABLE", this.#closedBecause));
    }
    if (signal?.aborted) {
      const error = callError("CANCELLED", "The caller had given up before the call was sent");
      throw new FarcallError(error, { cause: signal.reason });
    }
    const { post } = this.#edges;
    const begun = this.#settlers.begin(signal, (gone) => {
      post((now) => ({ type: "cancel", call: gone, now }));
    });
    const { call } = begun;
    if (given?.streamed !== undefined) {
      this.#given.set(call, given);
      given.begin({
        give: (arg, batch) => post((now) => ({ type: "give", call, arg, batch, now })),
        cancel: () => post((now) => ({ type: "cancel", call, now })),
      });
    }
    post((now) => command(call, now));
    return begun;
  }
}
