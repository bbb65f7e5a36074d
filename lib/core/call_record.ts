import type {
  AskedContract,
  ContractDifference,
  ContractDigest,
} from "../protocol/contract_facts.ts";
import type { CallError, Ran } from "../protocol/errors.ts";
import type { Taking } from "../protocol/kept_value.ts";
import type { FunctionName, NodeUrl, ResourceName } from "../protocol/names.ts";
import type { Payload } from "../protocol/payload.ts";
import type { Reach } from "../protocol/reach.ts";
import { combinedRan } from "../rpc/ran.ts";
import type { ArgumentFlow } from "../rpc/argument_flow.ts";
import type { StreamWindow } from "../rpc/stream_credit.ts";
import type { Caller, Outcome, StreamBegin } from "./effects.ts";
import type { CallId, ConnectionId } from "./events.ts";
import type { Turn } from "./turn.ts";

/** Where the end of a call goes. Data, not a closure: it can be looked at, compared and dropped. */
export type ReplyTo =
  /** A call of this process. */
  | { readonly kind: "local"; readonly call: CallId }
  /** A call or request that came over a `farcall.v1` connection, by the peer's number. */
  | {
    readonly kind: "v1";
    readonly connection: ConnectionId;
    readonly id: number;
    /** A long result may stay here until then: its caller takes a receipt. Default: it is wanted itself. */
    readonly keepUntil?: number;
  }
  /** A request of the reference's dialect, by its `u`. */
  | { readonly kind: "rpc"; readonly connection: ConnectionId; readonly u: string }
  /** A single function asked for by a node of the reference. */
  | {
    readonly kind: "internal";
    readonly connection: ConnectionId;
    readonly u: string;
    readonly fun: FunctionName;
  }
  /** A command of a request that runs here; of a map, one of its runs. */
  | {
    readonly kind: "step";
    readonly run: number;
    readonly index: number;
    readonly part?: number | undefined;
  }
  /** A result that another node keeps, for a request that runs here: by the command that gave it. */
  | { readonly kind: "regain"; readonly run: number; readonly index: number }
  /** A result that another node keeps, for an attempt that is to run here. */
  | { readonly kind: "taking"; readonly attempt: number; readonly index: number };

/** How a call wants to be treated, beside what it asks for. */
export interface CallManner {
  /** Running it twice does no more than once: it may be tried again when nobody knows whether it ran. */
  readonly idempotent: boolean;
  /** Where nobody offers it, it waits for an offer until its deadline. */
  readonly waits: boolean;
  /** After so many ms without an end another provider is asked, too; only if it is idempotent. */
  readonly hedgeMs: number | undefined;
  /** How its provider is reached; `undefined` = as the node does it. */
  readonly reach: Reach | undefined;
}

/** A call that wants nothing special: it fails where it can't be run, and is never run twice. */
export const PLAIN_MANNER: CallManner = {
  idempotent: false,
  waits: false,
  hedgeMs: undefined,
  reach: undefined,
};

/** The items of a call that asked for many. */
export interface CallStream {
  /** How much may be under way. */
  readonly window: StreamWindow;
  /** Items that went to whoever reads. */
  delivered: number;
  /** The connection that they come over, where it is not this process. */
  source?: ConnectionId | undefined;
}

/** The streamed arguments of a call. */
export interface CallArgumentFlows {
  /** Each by its place, from the moment on that the call is sent or runs. */
  readonly flows: Map<number, ArgumentFlow>;
  /** The connection that they go over, where it is not this process. */
  reader: ConnectionId | undefined;
}

/** What is to be run. */
export interface CallSpec extends CallManner {
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
  /** It is for a client of this node that offers a function under this contract, whichever. Default: it is not. */
  readonly holds?: ContractDigest | undefined;
  /** Many values are asked for. Default: one. */
  readonly stream?: StreamBegin | undefined;
  /** Places of arguments that come as streams. Default: none. */
  readonly streamed?: readonly number[] | undefined;
  /** A long result may stay with the node that runs it. Default: it is wanted itself. */
  readonly keeps?: boolean;
  /** Results of other nodes that whoever runs it gets first. Default: none. */
  readonly takes?: readonly Taking[] | undefined;
  /** It is no function that is called: a result is asked of the node that keeps it. */
  readonly take?: { readonly ticket: string; readonly path: readonly string[] };
}

/** A call that has not ended. */
export interface CallRecord {
  readonly id: number;
  readonly spec: CallSpec;
  readonly replyTo: ReplyTo;
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** The connection that it came over: a relay never sends it back there. */
  readonly from: ConnectionId | undefined;
  /** Where it is tried now: nowhere while it waits for a provider, at two places while it is hedged. */
  readonly attempts: Attempt[];
  /** Providers that did not run it, so that another try takes another one. */
  tried: Set<NodeUrl> | undefined;
  /** Links over which it came back since the node behind is leaving. */
  avoided: Set<ConnectionId> | undefined;
  /** What the attempts that have ended say of whether the function ran. */
  ranBefore: Ran;
  /** Whether whoever asked was told that the function runs. */
  isAccepted: boolean;
  /** Its items, if it asked for many values. */
  stream: CallStream | undefined;
  /** Its streamed arguments, if it has any. */
  args: CallArgumentFlows | undefined;
}

/** One try to have a call run by one node. */
export interface Attempt {
  readonly id: number;
  readonly call: CallRecord;
  /** The node that shall run it. */
  readonly target: NodeUrl;
  /**
   * `waiting` for a connection, `sent` over one, `taking` what it needs of other nodes, `queued` here for a free slot, or
   * `running` here.
   */
  phase: "waiting" | "sent" | "taking" | "queued" | "running";
  /** Where it was sent. */
  connection: ConnectionId | undefined;
  /** Its number on that connection. */
  wire: number;
  /** Its provider says that running it twice does no more than once, whatever the caller says. */
  mayRepeat: boolean;
  /** Whether it was sent to a node that passes it on. */
  isRelayed: boolean;
  /** Whether the node that it was sent to may answer with a receipt. */
  keeps: boolean;
  /** Arguments with results of other nodes in them, once they are there. */
  filled: Pick<CallSpec, "args" | "kwargs"> | undefined;
  /** Whether the function is known to have begun to run. */
  hasRun: boolean;
  /** Under which other contract the function runs here, if it does. */
  differs: ContractDifference | undefined;
}

/** Takes the end of a call to where it belongs. */
export type Reply = (turn: Turn, replyTo: ReplyTo, outcome: Outcome) => void;

/** A good end, as it was told. */
export function success(
  { value, differs }: { readonly value: Payload; readonly differs?: readonly ContractDifference[] },
): Outcome {
  return differs === undefined ? { ok: true, value } : { ok: true, value, differs };
}

/** Tells whoever asked that the function has begun to run. */
export type TellAccepted = (turn: Turn, replyTo: ReplyTo) => void;

/** A bad end. */
export function failure(error: CallError): Outcome {
  return { ok: false, error };
}

/** What is known of whether an attempt ran the function. */
export function ranOfAttempt({ hasRun, phase }: Attempt): Ran {
  if (hasRun) return "yes";
  return phase === "sent" ? "unknown" : "no";
}

/** What is known of whether a call ran. */
export function ranOfCall(record: CallRecord): Ran {
  let ran = record.ranBefore;
  for (const attempt of record.attempts) ran = combinedRan(ran, ranOfAttempt(attempt));
  return ran;
}

/** Whether some of what a call's caller gave by a stream is gone: nobody else could be given it. */
export function hasGiven({ args }: CallRecord): boolean {
  for (const { hasBegun } of args?.flows.values() ?? []) if (hasBegun) return true;
  return false;
}

/** Whether a call may be run once more although it ran, or may have run: for a stream, whether its reader knows what it has. */
export function mayRunAgain({ call: { spec, stream }, mayRepeat }: Attempt): boolean {
  if (stream === undefined || spec.stream === undefined) return mayRepeat;
  return spec.stream.resumeFrom !== undefined || (mayRepeat && stream.delivered === 0);
}
