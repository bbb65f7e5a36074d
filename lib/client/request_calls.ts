import type { Soon } from "../contract/checking.ts";
import type { CallCommand, CallId } from "../core/events.ts";
import type { Clock } from "../edges/system_clock.ts";
import type { FarcallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { reachOf, timeoutOf, waitsOf } from "./call_manner.ts";
import type { CallOptions } from "./call_options.ts";
import { askedOf } from "./call_parts.ts";
import type { BegunCall } from "./call_settlers.ts";
import { Deadline } from "./deadline.ts";
import { IncomingItems } from "./incoming_items.ts";
import type { RequestBuilder, Resolved } from "./request_builder.ts";
import { RequestProgress } from "./request_progress.ts";
import { writeRequest } from "./request_writer.ts";

/** What requests need from the calls that they are. */
export interface RequestEdges {
  /** Bounds schemas that take their time. */
  readonly clock: Clock;
  /** Begins generated names: unguessable, new each time. */
  readonly prefix: () => string;
  /** Begins a request; throws when it can't. */
  readonly begin: (
    signal: AbortSignal | undefined,
    command: (call: CallId, now: number) => CallCommand,
  ) => BegunCall;
  /** Takes items of a call to whoever follows it, until the promise is settled. */
  readonly hear: (begun: BegunCall, items: IncomingItems) => void;
  /** An error, as the contract of its function declares it where it does. */
  readonly typed: (
    error: unknown,
    declared: (failed: FarcallError) => Soon<FarcallError>,
    deadline: Deadline,
  ) => Promise<unknown>;
}

/** Requests of several calls, from what their writer says to what comes back. */
export class RequestCalls {
  readonly #edges: RequestEdges;

  /** @param edges Where commands go. */
  constructor(edges: RequestEdges) {
    this.#edges = edges;
  }

  /** See `request` of a node or client. */
  async request<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions,
    items?: IncomingItems,
  ): Promise<Resolved<Shape>> {
    const timeout = timeoutOf(options);
    const waits = waitsOf(options);
    const reach = reachOf(options);
    const { clock, prefix, typed } = this.#edges;
    const deadline = new Deadline(clock, timeout, options.signal);
    const { commands, wanted, ready, checked, declared, resolve } = writeRequest(
      prefix(),
      build,
      (contract) => askedOf(contract, options),
    );
    if (ready !== undefined) await deadline.bound(ready, "the check of the arguments", "no");
    const timeoutMs = ready === undefined ? timeout : deadline.leftMs;
    const tellsProgress = items !== undefined;
    const how = { timeoutMs, waits, reach, tellsProgress };
    const command = { type: "request", commands, wanted, ...how } as const;
    let results: JsonValue;
    try {
      const begun = this.#edges.begin(
        options.signal,
        (call, now) => ({ ...command, call, now }),
      );
      if (items !== undefined) this.#edges.hear(begun, items);
      results = await begun.result;
    } catch (error) {
      throw await typed(error, declared, deadline);
    }
    const outputs = checked(results);
    return resolve(
      outputs instanceof Promise
        ? await deadline.bound(outputs, "the check of the results", "yes")
        : outputs,
    );
  }

  /** See `follow` of a node or client. */
  follow<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions,
  ): RequestProgress<Shape> {
    const items = new IncomingItems({ read: () => {}, cancel: () => {} });
    return new RequestProgress(items, this.request(build, options, items));
  }
}
