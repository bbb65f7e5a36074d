/**
 * What may happen to a machine. One event in, effects out; each event carries the time it happened at, so that the
 * machines read no clock, and the same events give the same effects (I9).
 *
 * @module
 */

import type { AskedContract, ContractDigest, OfferContract } from "../protocol/contract_facts.ts";
import type { ClusterPolicy } from "../federation/cluster_policy.ts";
import type { CallError, ProtocolError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import type { JsonMessage } from "../protocol/json_messages.ts";
import type { FunctionName, MaxHops, NodeUrl, ResourceName } from "../protocol/names.ts";
import type { Payload } from "../protocol/payload.ts";
import type { Reach } from "../protocol/reach.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import type { V1Message } from "../protocol/v1_messages.ts";

/** A connection's number, given by the driver and never used again. */
export type ConnectionId = number;
/** A dial's number, given by the machine. */
export type DialId = number;
/** A call's or request's number, given by whoever makes it through the machine's own interface. */
export type CallId = number;
/** One running function's number, given by the machine. */
export type InvocationId = number;
/** One registration's number, given by its author's side. */
export type RegistrationId = number;

/** What two ends of a connection speak. */
export type Dialect = "json" | "farcall.v1";

/** A message of either dialect. */
export type WireMessage = JsonMessage | V1Message;

/** What every event carries. */
export interface Timed {
  /** Milliseconds since the epoch, never going back. */
  readonly now: number;
}

/** What happens at the edges, the same for every machine. */
export type EdgeEvent =
  & Timed
  & (
    | {
      /** A connection is open: one that we dialled (`dial` says which) or one that came in. */
      readonly type: "opened";
      readonly connection: ConnectionId;
      readonly dialect: Dialect;
      readonly dial: DialId | undefined;
      readonly remote: string;
    }
    | {
      /** One frame's messages, in order. */
      readonly type: "received";
      readonly connection: ConnectionId;
      readonly messages: readonly WireMessage[];
    }
    | {
      /** A frame that the codec refused. */
      readonly type: "malformed";
      readonly connection: ConnectionId;
      readonly error: ProtocolError;
    }
    | {
      /** The end of a connection, told once. */
      readonly type: "closed";
      readonly connection: ConnectionId;
      readonly code: number;
      readonly reason: string;
    }
    | { readonly type: "dial_failed"; readonly dial: DialId; readonly message: string }
    | {
      /** More bytes wait in the connection than its soft limit, or (`drained`) no longer. */
      readonly type: "congested" | "drained";
      readonly connection: ConnectionId;
    }
    | { readonly type: "tick" }
  );

/** What a caller on this side asks of a machine. */
export type CallCommand =
  & Timed
  & (
    | {
      readonly type: "call";
      readonly call: CallId;
      readonly fun: FunctionName;
      readonly resources: readonly ResourceName[];
      /** A JSON array. */
      readonly args: Payload;
      /** A JSON object. */
      readonly kwargs: Payload | undefined;
      readonly timeoutMs: number;
      /** The contract by which the call is made. Default: none. */
      readonly contract?: AskedContract;
      /** The node that shall run it; only a node can say so. Default: one is selected. */
      readonly target?: NodeUrl;
      /**
       * A contract of which the document is wanted: of a client of this node that offers a function under it. Only with this
       * very node as target. Default: the function itself is wanted.
       */
      readonly holds?: ContractDigest | undefined;
      /** Running it twice does no more than once. Default: it may. */
      readonly idempotent?: boolean;
      /** Where nobody offers it, it waits for an offer within its time. Default: it fails at once. */
      readonly waits?: boolean;
      /** After so many ms without an end another provider is asked, too; only if idempotent. Default: never. */
      readonly hedgeMs?: number | undefined;
      /** How its provider is reached. Default: as the node does it. */
      readonly reach?: Reach | undefined;
      /** Many values are asked for; `resumeFrom` says which is the first, where the function numbers them. Default: one. */
      readonly stream?: { readonly resumeFrom: number | undefined } | undefined;
      /** Places of arguments that will be given as streams, when they are wanted. Default: none. */
      readonly streamed?: readonly number[] | undefined;
    }
    | {
      readonly type: "request";
      readonly call: CallId;
      readonly commands: readonly RequestCommand[];
      /** Names of the commands whose results come back; `undefined` = those that no other command uses. */
      readonly wanted: readonly string[] | undefined;
      readonly timeoutMs: number;
      /** Commands that nobody offers wait for an offer. Default: the request fails at once. */
      readonly waits?: boolean;
      /** How its providers are reached. Default: as the node does it. */
      readonly reach?: Reach | undefined;
      /** How it goes is told by items. Default: only its end is told. */
      readonly tellsProgress?: boolean;
    }
    | {
      /** Where would a call go, and why nowhere else? Settled with an {@linkcode Explanation}. */
      readonly type: "explain";
      readonly call: CallId;
      readonly fun: FunctionName;
      readonly resources: readonly ResourceName[];
      readonly timeoutMs: number;
      /** How its provider would be reached. Default: as the node does it. */
      readonly reach?: Reach | undefined;
    }
    | { readonly type: "cancel"; readonly call: CallId }
    | {
      /** So much of a stream was read, in units of items. */
      readonly type: "read";
      readonly call: CallId;
      readonly units: number;
    }
    | {
      /** Items of a streamed argument, as far as they are wanted; `undefined` = all have been given. */
      readonly type: "give";
      readonly call: CallId;
      readonly arg: number;
      readonly batch: ItemBatch | undefined;
    }
  );

/** What a machine is told of the functions of its process, of a node or of a client. */
export type ProviderCommand =
  & Timed
  & (
    | {
      readonly type: "register";
      readonly registration: RegistrationId;
      readonly fun: FunctionName;
      readonly resources: readonly ResourceName[];
      readonly maxHops: MaxHops;
      readonly scope: string;
      /** Runs at once, at most. */
      readonly concurrency: number;
      /** Calls that may wait for a free slot, at most. Default 0. */
      readonly queue?: number;
      /** The contract that it goes by. Default: none. */
      readonly contract?: OfferContract;
    }
    | { readonly type: "withdraw"; readonly registration: RegistrationId }
    | {
      readonly type: "returned";
      readonly invocation: InvocationId;
      readonly value: Payload;
    }
    | {
      /** Values of a run that was asked for a stream, as far as its credit goes. */
      readonly type: "yielded";
      readonly invocation: InvocationId;
      readonly batch: ItemBatch;
    }
    | {
      /** A run begins to read a streamed argument (0), has read so much of it, or wants no more (`undefined`). */
      readonly type: "want";
      readonly invocation: InvocationId;
      readonly arg: number;
      readonly units: number | undefined;
    }
    | {
      readonly type: "threw";
      readonly invocation: InvocationId;
      readonly error: CallError;
    }
  );

/** What a node is told by its author's side. */
export type NodeCommand =
  | CallCommand
  | ProviderCommand
  | (
    & Timed
    & (
      | {
        /** First event of all: four words of randomness for everything that is drawn later. */
        readonly type: "boot";
        readonly seed: Uint32Array;
      }
      | {
        /** A function of the node itself, which every node has and none announces. */
        readonly type: "serve";
        readonly registration: RegistrationId;
        readonly fun: FunctionName;
      }
      | {
        /** Another policy for other clusters from now on, in all of its parts. */
        readonly type: "rules";
        readonly rules: ClusterPolicy;
      }
      | { readonly type: "join"; readonly url: NodeUrl }
      | {
        /** All addresses to keep links to that one source names; those it named before and does not now are left. */
        readonly type: "peers";
        readonly source: string;
        readonly urls: readonly NodeUrl[];
      }
      | {
        /** Asks peers to tell everything anew: after doubt about what they said. What they said does not count until then. */
        readonly type: "resync";
        /** Whose link; `undefined` = every link. */
        readonly peer: NodeUrl | undefined;
      }
      | {
        /** Withdraw everything, let calls end for at most so long, say goodbye, close. */
        readonly type: "drain";
        readonly timeoutMs: number;
      }
    )
  );

/** Everything that may happen to a node. */
export type NodeEvent = EdgeEvent | NodeCommand;

/** What a client is told by its caller's side. */
export type ClientCommand =
  | CallCommand
  | ProviderCommand
  | (
    & Timed
    & (
      | { readonly type: "boot"; readonly seed: Uint32Array }
      | { readonly type: "close" }
    )
  );

/** Everything that may happen to a client. */
export type ClientEvent = EdgeEvent | ClientCommand;
