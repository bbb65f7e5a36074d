/**
 * The messages of `farcall.v1`, one union for both directions. The wire's form is the codec's business.
 *
 * @module
 */

import type { AskedContract, ContractDifference, OfferContract } from "./contract_facts.ts";
import type { CallError } from "./errors.ts";
import type {
  ClusterId,
  FunctionName,
  HopCount,
  Incarnation,
  MaxHops,
  NodeUrl,
  ResourceName,
} from "./names.ts";
import type { Taking } from "./kept_value.ts";
import type { Payload } from "./payload.ts";
import type { ReachWord } from "./reach.ts";
import type { Receipt, ReleaseMessage, RequestMessage, TakeMessage } from "./v1_requests.ts";
import type { StreamMessage } from "./v1_stream_messages.ts";

/** First message of each side. */
export interface V1Hello {
  /** Which message this is. */
  readonly type: "hello";
  /** `link`: a peering node; `caller`: a node that only calls; `client`. */
  readonly role: "link" | "caller" | "client";
  /** A node says all three, whatever its role; a client needs none. */
  readonly url?: NodeUrl;
  /** Of a node. */
  readonly cluster?: ClusterId;
  /** Of a node: its present life. */
  readonly incarnation?: Incarnation;
  /** The sender dialled because it heard of the node, not because it was told to: it can do without this link. */
  readonly learnt?: true;
}

/**
 * Which nodes of the receiver's cluster the sender has links to (`hops` 1), or have links to those (`hops` 2, within the
 * cluster only), as a change of what it said before in this session. So nodes of a cluster find each other, also those that
 * offer nothing. What a link said goes with the link; and since nobody passes on what it heard with 2, no rumour can
 * outlive its truth.
 */
export interface MembersMessage {
  /** Which message this is. */
  readonly type: "members";
  /** Links between the sender and these nodes. */
  readonly hops: 1 | 2;
  /** Nodes that are there. */
  readonly add: readonly NodeUrl[];
  /** Nodes that are there no more. */
  readonly gone: readonly NodeUrl[];
}

/** Whose offers a group holds and how they may travel: all that any forwarding decision may look at. */
export interface GroupName {
  /** The node whose offers these are. */
  readonly origin: NodeUrl;
  /** The origin's life, or the gateway's. */
  readonly incarnation: Incarnation;
  /** How far the group travels, in links from the origin. */
  readonly maxHops: MaxHops;
  /** Export class: `""` = every cluster, else the ids of the clusters that may learn of it, joined by a space. */
  readonly scope: string;
  /** The origin's cluster. */
  readonly cluster: ClusterId;
  /** The gateway that speaks for an origin of the reference's dialect; `undefined` when the origin speaks itself. */
  readonly writer?: NodeUrl;
  /** Links from the writer to the origin: 0 when the origin speaks itself. */
  readonly base: number;
}

/** One offered function within a group. */
export interface Offer {
  /** Unique within its origin and incarnation. */
  readonly id: number;
  /** Function to call. */
  readonly fun: FunctionName;
  /** Resources its provider has, or that are asked for. */
  readonly resources: readonly ResourceName[];
  /** The contract that the function goes by; `undefined` = none that is known. */
  readonly contract?: OfferContract;
}

/** An offer and the version of the set that brought it. */
export interface VersionedOffer {
  /** The offer. */
  readonly offer: Offer;
  /** Version of the set. */
  readonly at: number;
}

/** A withdrawn offer and the version of the set that took it away. */
export interface Deletion {
  /** The offer's id. */
  readonly id: number;
  /** Version of the set. */
  readonly at: number;
}

/** Gives a group a small number for this session and direction. */
export interface NameMessage {
  /** Which message this is. */
  readonly type: "name";
  /** The group's number in this session and direction. */
  readonly handle: number;
  /** The group's name. */
  readonly group: GroupName;
}

/** What the sender holds, first thing in a session; may span messages, the last says so. */
export interface DigestMessage {
  /** Which message this is. */
  readonly type: "digest";
  /** Groups the sender holds, with the version of each. */
  readonly held: readonly { readonly group: GroupName; readonly seq: number }[];
  /** Whether the digest is complete with this message. */
  readonly last: boolean;
}

/** How far the group is from the sender, as the seed's hop count; `undefined` = taken back. */
export interface ReachMessage {
  /** Which message this is. */
  readonly type: "reach";
  /** The group's number in this session and direction. */
  readonly handle: number;
  /** As the seed's `hop_count`, as sent; `undefined` = taken back. */
  readonly hopCount: HopCount | undefined;
  /** Version of the content that the sender holds. */
  readonly seq: number;
}

/** A group's content from version `from` (0 = whole) to version `to`. */
export interface OffersMessage {
  /** Which message this is. */
  readonly type: "offers";
  /** The group's number in this session and direction. */
  readonly handle: number;
  /** The version that the receiver must hold; 0 = none. */
  readonly from: number;
  /** The version it holds afterwards. */
  readonly to: number;
  /** Whether the origin has withdrawn everything for good. */
  readonly final: boolean;
  /** Offers that are new or changed. */
  readonly add: readonly VersionedOffer[];
  /** Offers that are gone. */
  readonly del: readonly Deletion[];
  /** Deletions older than this are not in the set's memory. */
  readonly floor: number;
}

/** "I hold version `have`, send what is newer." */
export interface WantMessage {
  /** Which message this is. */
  readonly type: "want";
  /** The handle that the receiver of this message gave. */
  readonly handle: number;
  /** The version the sender holds; 0 = none. */
  readonly have: number;
}

/** "Start over towards me." */
export interface ResyncMessage {
  /** Which message this is. */
  readonly type: "resync";
  /** Groups the sender holds, with the version of each. */
  readonly held: readonly { readonly group: GroupName; readonly seq: number }[];
}

/** First message after a resync: what follows starts from nothing. */
export interface FreshMessage {
  /** Which message this is. */
  readonly type: "fresh";
}

/** Runs one function. */
export interface CallMessage extends ReachWord {
  /** Which message this is. */
  readonly type: "call";
  /** Above all earlier numbers of the sender on this connection: one that is not is the same frame again. */
  readonly id: number;
  /** Function to call. */
  readonly fun: FunctionName;
  /** Resources its provider has, or that are asked for. */
  readonly resources: readonly ResourceName[];
  /** A JSON array. */
  readonly args: Payload;
  /** A JSON object; `undefined` = none. */
  readonly kwargs?: Payload;
  /** Milliseconds left. */
  readonly timeoutMs: number;
  /** The node that shall run it; `undefined` = whoever receives this selects a provider. */
  readonly target?: NodeUrl;
  /** Links a targeted call may still pass. */
  readonly ttl?: number;
  /** The contract by which the call was made; `undefined` = by name. */
  readonly contract?: AskedContract;
  /** The caller says that running it twice does no more than once; absent = nobody said so. */
  readonly idempotent?: true;
  /** Where nobody offers it, it waits for an offer within its time; absent = it fails at once. */
  readonly wait?: true;
  /** After so many ms without an end another provider is asked, too; only for idempotent calls. */
  readonly hedgeMs?: number;
  /** Many values are asked for: so much of them may be sent at first. Absent = one result. */
  readonly credit?: number;
  /** To a client: which of its offers is called. */
  readonly offer?: number;
  /** Of a stream: the first item that is wanted, counted from 0. Says that the function numbers its items. */
  readonly resumeFrom?: number;
  /** Places of arguments that come as streams; in `args` there is null in their place. Absent = none. */
  readonly streamed?: readonly number[];
  /** A long result may stay with its node: a receipt does; absent = it is wanted itself. Of nodes only. */
  readonly keep?: true;
  /** Results of other nodes that whoever runs it gets first, and puts into the arguments; absent = none. */
  readonly takes?: readonly Taking[];
}

/** A client offers a function through the node that it is connected to, until it withdraws it or its connection ends. */
export interface OfferMessage {
  /** Which message this is. */
  readonly type: "offer";
  /** The client's number for it. */
  readonly id: number;
  /** Function to call. */
  readonly fun: FunctionName;
  /** Resources that the client has for it. */
  readonly resources: readonly ResourceName[];
  /** How far it is heard, in links from the node. */
  readonly maxHops: MaxHops;
  /** Export class, as in a group's name. */
  readonly scope: string;
  /** Runs at once, at most. */
  readonly concurrency: number;
  /** Calls that may wait for a free slot, at most. */
  readonly queue: number;
  /** The contract that it goes by. Default: none. */
  readonly contract?: OfferContract;
}

/** A client takes an offer back. */
export interface WithdrawMessage {
  /** Which message this is. */
  readonly type: "withdraw";
  /** The client's number for it. */
  readonly id: number;
}

/** Asks why a call would go where it would go; answered by a result. */
export interface ExplainMessage extends ReachWord {
  /** Which message this is. */
  readonly type: "explain";
  /** Numbered like a call. */
  readonly id: number;
  /** Function in question. */
  readonly fun: FunctionName;
  /** Resources that would be asked for. */
  readonly resources: readonly ResourceName[];
}

/** The function of a call, or one of a request, has begun to run. Told of calls that do not end at once. */
export interface AcceptedMessage {
  /** Which message this is. */
  readonly type: "accepted";
  /** The number of the call or request, as its sender gave it. */
  readonly id: number;
}

/** The good end of a call, a stream or a request. */
export interface ResultMessage {
  /** Which message this is. */
  readonly type: "result";
  /** The number of the call or request, as its sender gave it. */
  readonly id: number;
  /** The result: of a request, an object by command name; of a stream, null. */
  readonly value: Payload;
  /** Functions that ran under another contract than their caller's; `undefined` = none. */
  readonly differs?: readonly ContractDifference[];
  /** The result stays with the sender, and `value` is null. Only where `keep` was said. */
  readonly kept?: Receipt;
}

/** The bad end of a call, a stream or a request. */
export interface ErrorMessage {
  /** Which message this is. */
  readonly type: "error";
  /** The number of the call or request, as its sender gave it. */
  readonly id: number;
  /** What went wrong. */
  readonly error: CallError;
}

/** The caller gave up. */
export interface CancelMessage {
  /** Which message this is. */
  readonly type: "cancel";
  /** The number of the call or request, as its sender gave it. */
  readonly id: number;
}

/** Are you there? */
export interface PingMessage {
  /** Which message this is. */
  readonly type: "ping";
}

/** I am. */
export interface PongMessage {
  /** Which message this is. */
  readonly type: "pong";
}

/** The sender leaves on purpose; its offers end with the link. */
export interface V1Goodbye {
  /** Which message this is. */
  readonly type: "goodbye";
  /** For people. */
  readonly reason: string;
  /** Highest number that was taken on this connection: what is above it has not run and never will. */
  readonly last?: number;
}

/** Messages by which offers travel. */
export type PropagationMessage =
  | NameMessage
  | DigestMessage
  | ReachMessage
  | OffersMessage
  | WantMessage
  | ResyncMessage
  | FreshMessage;

const PROPAGATION: ReadonlySet<V1Message["type"]> = new Set<V1Message["type"]>([
  "name",
  "digest",
  "reach",
  "offers",
  "want",
  "resync",
  "fresh",
]);

/** Whether a message is one by which offers travel. */
export function isPropagation(message: V1Message): message is PropagationMessage {
  return PROPAGATION.has(message.type);
}

/** Everything a `farcall.v1` connection carries. */
export type V1Message =
  | V1Hello
  | MembersMessage
  | PropagationMessage
  | CallMessage
  | OfferMessage
  | WithdrawMessage
  | RequestMessage
  | TakeMessage
  | ReleaseMessage
  | ExplainMessage
  | AcceptedMessage
  | StreamMessage
  | ResultMessage
  | ErrorMessage
  | CancelMessage
  | PingMessage
  | PongMessage
  | V1Goodbye;
