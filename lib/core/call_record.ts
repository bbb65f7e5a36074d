import type { AskedContract, ContractDifference } from "../protocol/contract_facts.ts";
import type { CallError } from "../protocol/errors.ts";
import type { FunctionName, NodeUrl, ResourceName } from "../protocol/names.ts";
import type { Payload } from "../protocol/payload.ts";
import type { Caller, Outcome } from "./effects.ts";
import type { CallId, ConnectionId } from "./events.ts";
import type { Turn } from "./turn.ts";

/** Where the end of a call goes. Data, not a closure: it can be looked at, compared and dropped. */
export type ReplyTo =
  /** A call of this process. */
  | { readonly kind: "local"; readonly call: CallId }
  /** A call or request that came over a `farcall.v1` connection, by the peer's number. */
  | { readonly kind: "v1"; readonly connection: ConnectionId; readonly id: number }
  /** A request of the reference's dialect, by its `u`. */
  | { readonly kind: "rpc"; readonly connection: ConnectionId; readonly u: string }
  /** A single function asked for by a node of the reference. */
  | {
    readonly kind: "internal";
    readonly connection: ConnectionId;
    readonly u: string;
    readonly fun: FunctionName;
  }
  /** A command of a request that runs here. */
  | { readonly kind: "step"; readonly run: number; readonly index: number };

/** What is to be run. */
export interface CallSpec {
  readonly fun: FunctionName;
  readonly resources: readonly ResourceName[];
  readonly args: Payload;
  readonly kwargs: Payload | undefined;
  /** The node that shall run it; `undefined` = to be selected here. */
  readonly target: NodeUrl | undefined;
  /** Links that a targeted call may still pass. */
  readonly ttl: number;
  readonly caller: Caller;
  /** The contract by which the call was made. Default: none. */
  readonly contract?: AskedContract | undefined;
}

/** A call that has not ended. */
export interface CallRecord {
  readonly id: number;
  readonly spec: CallSpec;
  readonly replyTo: ReplyTo;
  readonly deadlineAt: number;
  /** The connection that it came over: a relay never sends it back there. */
  readonly from: ConnectionId | undefined;
  /** Who was selected to run it, where this node selected. */
  provider: NodeUrl | undefined;
  /** Providers that could not be reached, so that another try takes another one. */
  tried: Set<NodeUrl> | undefined;
  /** `waiting` for a connection, `sent` over one, or `running` here. */
  phase: "waiting" | "sent" | "running";
  /** Where it was sent. */
  connection: ConnectionId | undefined;
  /** Under which other contract the function runs here, if it does. */
  differs?: ContractDifference;
}

/** Takes the end of a call to where it belongs. */
export type Reply = (turn: Turn, replyTo: ReplyTo, outcome: Outcome) => void;

/** A good end, as it was told. */
export function success(
  { value, differs }: { readonly value: Payload; readonly differs?: readonly ContractDifference[] },
): Outcome {
  return differs === undefined ? { ok: true, value } : { ok: true, value, differs };
}

/** A bad end. */
export function failure(error: CallError): Outcome {
  return { ok: false, error };
}
