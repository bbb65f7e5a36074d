/**
 * What a machine wants done. Effects leave through sinks that are handed to `step`, in the order in which they must
 * happen: one sink for the edges, one for the owner of the machine.
 *
 * @module
 */

import type { ContractDifference } from "../protocol/contract_facts.ts";
import type { CallError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import type { KeptValue } from "../protocol/kept_value.ts";
import type { Payload } from "../protocol/payload.ts";
import type {
  CallId,
  ConnectionId,
  Dialect,
  DialId,
  InvocationId,
  RegistrationId,
  WireMessage,
} from "./events.ts";
import type { Report } from "./reports.ts";

/** How a call ended. */
export type Outcome =
  | {
    readonly ok: true;
    readonly value: Payload;
    /** Functions that ran under another contract than their caller's. Default: none. */
    readonly differs?: readonly ContractDifference[];
    /** Who keeps the result, and `value` is null: only where a receipt was asked for. Default: it is here. */
    readonly kept?: KeptValue;
  }
  | { readonly ok: false; readonly error: CallError };

/** Effects on the edges. None of them fails towards the machine: what goes wrong comes back as an event. */
export interface EdgeEffects {
  /** Sends a message; the driver puts messages of one turn into as few frames as the dialect allows. */
  send(connection: ConnectionId, message: WireMessage): void;
  /** Opens a connection; answered by `opened` with this number or by `dial_failed`. */
  dial(dial: DialId, target: DialOrder): void;
  /** Ends a connection after what was sent before; answered by `closed`. */
  close(connection: ConnectionId, code: number, reason: string): void;
}

/** What to dial. */
export interface DialOrder {
  /** Where to. */
  readonly url: string;
  /** Dialects offered; `json` alone offers no subprotocol. */
  readonly dialects: readonly Dialect[];
  /** How long it may take, in ms. */
  readonly timeoutMs: number;
}

/** Effects on the owner of any machine. */
export interface CallerEffects {
  /** Values of a stream; what was read of them is told by `read`. */
  items(call: CallId, batch: ItemBatch): void;
  /** The function of a call wants so much more of a streamed argument, in units of items; `undefined` = nothing more. */
  wanted(call: CallId, arg: number, units: number | undefined): void;
  /** The one end of a call, a stream or a request. */
  settle(call: CallId, outcome: Outcome): void;
  /** Something that a user may want to observe. */
  report(report: Report): void;
}

/** How a stream begins, as its reader wants it. */
export interface StreamBegin {
  /** What may be sent at first, in units of items. */
  readonly credit: number;
  /** The first item that is wanted, counted from 0; `undefined` = the function does not number its items. */
  readonly resumeFrom: number | undefined;
}

/** One run of a registered function. */
export interface Invocation {
  /** Number of the run, given back with its end. */
  readonly invocation: InvocationId;
  /** Which function. */
  readonly registration: RegistrationId;
  /** A JSON array. */
  readonly args: Payload;
  /** A JSON object. */
  readonly kwargs: Payload | undefined;
  /** Milliseconds left. */
  readonly timeoutMs: number;
  /** Who asked, as far as this node knows. */
  readonly caller: Caller;
  /** Many values are asked for: so much may be given at first, and from which item on. `undefined` = one result. */
  readonly stream: StreamBegin | undefined;
  /** Places of arguments that come as streams, once they are wanted. Default: none. */
  readonly streamed?: readonly number[] | undefined;
}

/** Who asked for a call: this process, a client, or the node that the call came from. */
export interface Caller {
  /** What asked. */
  readonly kind: "local" | "client" | "node";
  /** The node's URL, or the address of the client's socket; for people. */
  readonly name: string;
}

/** Effects on whoever runs functions. */
export interface ProviderEffects {
  /** Runs a function; answered by one `returned` or `threw`, also after an abort. */
  invoke(invocation: Invocation): void;
  /** The reader of a run's stream allows so much more, in units of items. */
  credit(invocation: InvocationId, units: number): void;
  /** Items of a streamed argument of a run; `undefined` = all have come. */
  given(invocation: InvocationId, arg: number, batch: ItemBatch | undefined): void;
  /** The caller gave up, is gone or out of time: the function's signal fires. */
  abort(invocation: InvocationId, reason: CallError): void;
}

/** Effects on the owner of a client. */
export interface ClientOwnerEffects extends CallerEffects, ProviderEffects {}

/** Effects on the owner of a node. */
export interface NodeOwnerEffects extends CallerEffects, ProviderEffects {
  /** The node has drained and closed everything. */
  stopped(): void;
}
