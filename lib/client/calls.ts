/**
 * The one implementation of calling: turns what a caller says into commands for a machine, and the machine's word into
 * promises. Nodes, clients and functions that call on differ only in where the commands go.
 *
 * @module
 */

import type { Outcome } from "../core/effects.ts";
import type { CallCommand, CallId } from "../core/events.ts";
import type { Entropy } from "../edges/entropy.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { CALL_TIMEOUT_MS_DEFAULT, CALL_TIMEOUT_MS_MAX } from "../protocol/limits.ts";
import { functionName, resourceSet } from "../protocol/names.ts";
import { argumentsPayload, kwargsPayload } from "./arguments.ts";
import { CallSettlers } from "./call_settlers.ts";
import type { CallOptions, CommandOptions } from "./call_options.ts";
import type { Calling } from "./calling.ts";
import { type RequestBuilder, type Resolved, writeRequest } from "./request_builder.ts";

/** What calls need from whoever runs the machine. */
export interface CallsEdges {
  /** Tells the machine something, at the time it is given. */
  readonly post: (stamp: (now: number) => CallCommand) => void;
  /** Makes names unguessable. */
  readonly entropy: Entropy;
}

/** Calls of one machine's owner. */
export class Calls implements Calling {
  readonly #edges: CallsEdges;
  readonly #settlers = new CallSettlers();
  #closedBecause: string | undefined;

  /** @param edges Where commands go. */
  constructor(edges: CallsEdges) {
    this.#edges = edges;
  }

  /** See {@linkcode Calling.call}. */
  async call(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions & CommandOptions = {},
  ): Promise<unknown> {
    const command = {
      type: "call",
      fun: functionName(name),
      resources: resourceSet(options.resources ?? []),
      args: argumentsPayload(name, args),
      kwargs: kwargsPayload(name, options.kwargs),
      timeoutMs: timeoutOf(options),
    } as const;
    return await this.#begin(options.signal, (call, now) => ({ ...command, call, now }));
  }

  /** See {@linkcode Calling.request}. */
  async request<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions = {},
  ): Promise<Resolved<Shape>> {
    const timeoutMs = timeoutOf(options);
    const { commands, wanted, resolve } = writeRequest(this.#prefix(), build);
    const command = { type: "request", commands, wanted, timeoutMs } as const;
    return resolve(await this.#begin(options.signal, (call, now) => ({ ...command, call, now })));
  }

  /** The machine's word on a call. */
  settle(call: CallId, outcome: Outcome): void {
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
  }

  async #begin(
    signal: AbortSignal | undefined,
    command: (call: CallId, now: number) => CallCommand,
  ): Promise<JsonValue> {
    if (this.#closedBecause !== undefined) {
      throw new FarcallError(callError("UNAVAILABLE", this.#closedBecause));
    }
    if (signal?.aborted) {
      const error = callError("CANCELLED", "The caller had given up before the call was sent");
      throw new FarcallError(error, { cause: signal.reason });
    }
    const { post } = this.#edges;
    const { call, result } = this.#settlers.begin(signal, (gone) => {
      post((now) => ({ type: "cancel", call: gone, now }));
    });
    post((now) => command(call, now));
    return await result;
  }

  #prefix(): string {
    return `~${this.#edges.entropy.seed().map((word) => word.toString(36)).join("")}`;
  }
}

function timeoutOf({ timeout = CALL_TIMEOUT_MS_DEFAULT }: CallOptions): number {
  if (timeout > 0) return Math.min(timeout, CALL_TIMEOUT_MS_MAX);
  throw new RangeError(`Not a timeout, expected more than 0 ms: ${timeout}`);
}
