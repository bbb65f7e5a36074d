/**
 * The messages of the `json` dialect that farcall speaks, in camelCase: the codec is the only place that knows the
 * wire's spelling. One union for both directions.
 *
 * @module
 */

import type { Announcement } from "./announcement.ts";
import type { JsonObject, JsonValue } from "./json_value.ts";
import type { AnnouncementId, ClusterId, FunctionName, NodeUrl, ResourceName } from "./names.ts";
import type { Payload } from "./payload.ts";

/** One step of a request. */
export interface Command {
  /** Name of the step, by which others refer to it. */
  readonly name: string;
  /** Function to call. */
  readonly fun: FunctionName;
  /** Positional arguments. */
  readonly args: readonly JsonValue[];
  /** Keyword arguments. */
  readonly kwargs: JsonObject;
  /** Resources asked for: a provider must have them all. */
  readonly resources: readonly ResourceName[];
}

/** A client asks for commands to be run (`role: "rpc"`). */
export interface RpcRequest {
  /** Which message this is. */
  readonly type: "rpc";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** Steps, in the order of the request. */
  readonly commands: readonly Command[];
  /** Whether the answer holds what each level gave. */
  readonly returnIntermediateResults: boolean;
  /** Whether the answer holds times. */
  readonly includeExecutionSummary: boolean;
}

/** An error in the reference's shape. */
export interface WireError {
  /** 1000 unhandled server message, 1001 nobody to call, 1003 failed, 1004 out of time or unknown role. */
  readonly code: number;
  /** For people. */
  readonly message: string;
  /** More: ours is `CODE: message`, the reference puts a traceback here. */
  readonly details: JsonValue;
}

/** An answer, recognised by its key `r`; has no role. Empty intermediate results and a null summary are left out. */
export interface RpcResponse {
  /** Which message this is. */
  readonly type: "response";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** `{name: value}` for a request, a status word for a server message, null beside an error. */
  readonly result: Payload;
  /** `undefined` when all went well. */
  readonly error: WireError | undefined;
  /** One entry per level, in the wire's own spelling; only when asked for. */
  readonly intermediateResults?: readonly JsonValue[];
  /** Times, in the wire's own spelling; only when asked for. */
  readonly executionSummary?: JsonValue;
}

/** A node tells what it offers, or passes on what another does. */
export interface HelloMessage {
  /** Which message this is. */
  readonly type: "HELLO";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** What is offered, whose it is, and how far it came. */
  readonly announcement: Announcement;
  /** What the sender asked for where that is above the ceiling, to which `announcement` is clamped. */
  readonly askedMaxHops?: number;
}

/** Why a node leaves. */
export type GoodbyeReason =
  | "graceful_shutdown"
  | "maintenance"
  | "cluster_rebalance"
  | "manual_removal";

/** A node leaves. */
export interface GoodbyeMessage {
  /** Which message this is. */
  readonly type: "GOODBYE";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** The node that leaves. */
  readonly departing: NodeUrl;
  /** Cluster of the sender, or of the described node. */
  readonly clusterId: ClusterId;
  /** Why it leaves. */
  readonly reason: GoodbyeReason;
  /** Seconds since the epoch, as the sender's clock says; 0 where it does not say. */
  readonly timestamp: number;
}

/** A sign of life with no effect. */
export interface StatusMessage {
  /** Which message this is. */
  readonly type: "STATUS";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
}

/** Thanks for an announcement. */
export interface HelloAckMessage {
  /** Which message this is. */
  readonly type: "HELLO_ACK";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** Id of the announcement. */
  readonly announcementId: AnnouncementId;
  /** Functions it is about. */
  readonly functions: readonly FunctionName[];
  /** The node that says thanks. */
  readonly acknowledging: NodeUrl;
  /** Seconds since the epoch, as the sender's clock says. */
  readonly timestamp: number;
}

/** A server message of the reference that is known but not served: answered with error 1000. */
export interface UnhandledServerMessage {
  /** Which message this is. */
  readonly type: "unhandled_server";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** The wire's name of the message. */
  readonly what: string;
}

/** A node of the reference as gossip describes it. */
export interface PeerInfo {
  /** Its address. */
  readonly url: NodeUrl;
  /** Functions it is about. */
  readonly functions: readonly FunctionName[];
  /** Resources it has. */
  readonly resources: readonly ResourceName[];
  /** Seconds since the epoch when somebody heard of it. */
  readonly lastSeen: number;
  /** Cluster of the sender, or of the described node. */
  readonly clusterId: ClusterId;
  /** All its addresses. */
  readonly advertisedUrls: readonly NodeUrl[];
  /** Vector clock of the entry, by node. */
  readonly logicalClock: Readonly<Record<string, number>>;
}

/** Who knows whom; never teaches functions. Expects no answer. */
export interface GossipMessage {
  /** Which message this is. */
  readonly type: "gossip";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** Cluster of the sender, or of the described node. */
  readonly clusterId: ClusterId;
  /** Nodes the sender knows. */
  readonly peers: readonly PeerInfo[];
}

/** One node asks another to run one function itself. */
export interface InternalRequest {
  /** Which message this is. */
  readonly type: "internal-rpc";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** Function to run. */
  readonly fun: FunctionName;
  /** Positional arguments. */
  readonly args: readonly JsonValue[];
  /** Keyword arguments. */
  readonly kwargs: JsonObject;
}

/** The answer to it; the wire has no error form. */
export interface InternalAnswer {
  /** Which message this is. */
  readonly type: "internal-answer";
  /** Id by which the answer is matched; any string. */
  readonly u: string;
  /** What the function returned. */
  readonly answer: Payload;
}

/** Everything a `json` connection carries. */
export type JsonMessage =
  | RpcRequest
  | RpcResponse
  | HelloMessage
  | GoodbyeMessage
  | StatusMessage
  | HelloAckMessage
  | UnhandledServerMessage
  | GossipMessage
  | InternalRequest
  | InternalAnswer;
