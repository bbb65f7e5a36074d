import type { ClientOwnerEffects, Invocation, Outcome } from "../core/effects.ts";
import type { CallId, InvocationId } from "../core/events.ts";
import type { Report } from "../core/reports.ts";
import type { CallError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { Broadcaster } from "./broadcaster.ts";
import type { Calls } from "./calls.ts";
import type { FunctionHost } from "./function_host.ts";

/** What happens to a client's connection. */
export type ConnectionEvent = Extract<
  Report,
  { readonly type: "connected" | "disconnected" | "dial_failed" | "protocol_error" }
>;

/** What a client knows of its connection. */
export interface ConnectionState {
  /** The node it is connected to. */
  url: string | undefined;
}

/** Hands what the machine of a client wants of its owner to whoever does it. */
export class ClientOwner implements ClientOwnerEffects {
  /** What happens to the connection. */
  readonly events: Broadcaster<ConnectionEvent> = new Broadcaster();
  /** What is known of it. */
  readonly state: ConnectionState = { url: undefined };
  /** What runs the client's functions. */
  readonly host: FunctionHost;
  readonly #calls: Calls;

  /** @param calls Takes the ends of calls that the client made. */
  constructor(calls: Calls, host: FunctionHost) {
    this.#calls = calls;
    this.host = host;
  }

  /** Values of a stream that the client reads. */
  items(call: CallId, batch: ItemBatch): void {
    this.#calls.items(call, batch);
  }

  /** The function of a call wants more of a streamed argument, or no more. */
  wanted(call: CallId, arg: number, units: number | undefined): void {
    this.#calls.wanted(call, arg, units);
  }

  /** A call of the client ended. */
  settle(call: CallId, outcome: Outcome): void {
    this.#calls.settle(call, outcome);
  }

  /** A function is to run. */
  invoke(invocation: Invocation): void {
    this.host.invoke(invocation);
  }

  /** The reader of a run's stream allows more. */
  credit(invocation: InvocationId, units: number): void {
    this.host.credit(invocation, units);
  }

  /** Items of a streamed argument of a run came. */
  given(invocation: InvocationId, arg: number, batch: ItemBatch | undefined): void {
    this.host.given(invocation, arg, batch);
  }

  /** A run is wanted no longer. */
  abort(invocation: InvocationId, reason: CallError): void {
    this.host.abort(invocation, reason);
  }

  /** Something can be observed. */
  report(report: Report): void {
    switch (report.type) {
      case "connected":
        this.state.url = report.url;
        return this.events.emit(report);
      case "disconnected":
        this.state.url = undefined;
        return this.events.emit(report);
      case "dial_failed":
      case "protocol_error":
        return this.events.emit(report);
    }
  }
}
