import type { ReferenceGateway } from "../federation/reference_gateway.ts";
import { voiceOf } from "../federation/reference_peers.ts";
import { type CallError, callError, type ProtocolError } from "../protocol/errors.ts";
import type {
  GoodbyeMessage,
  HelloMessage,
  InternalRequest,
  JsonMessage,
  RpcRequest,
  RpcResponse,
  WireError,
} from "../protocol/json_messages.ts";
import { CALL_TIMEOUT_MS_DEFAULT, PENDING_CALLS_PER_CLIENT_MAX } from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { WIRE_FAILED, wireErrorOfProtocol, wireErrorOfUnhandled } from "../protocol/wire_error.ts";
import { withReferences } from "../rpc/text_references.ts";
import { failure, PLAIN_MANNER, type Reply } from "./call_record.ts";
import type { CallRouter } from "./call_router.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { PeerDialer } from "./peer_dialer.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";
import { callerOf, noteTask } from "./v1_door.ts";

const GOODBYE_PROCESSED = "GOODBYE_PROCESSED";
/** How much of a peer's reason is told, in UTF-16 units. */
const REFUSAL_LENGTH_MAX = 500;

/**
 * Serves connections of the reference's dialect: its clients' requests and its nodes' messages.
 *
 * Answers go out on the socket on which the question came in, and only there: on a socket that we dialled, the
 * other side reads announcements and nothing else.
 */
export class JsonDoor {
  readonly #self: NodeUrl;
  readonly #calls: CallRouter;
  readonly #requests: RequestRunner;
  readonly #gateway: ReferenceGateway;
  readonly #peers: PeerDialer;
  readonly #reply: Reply;
  readonly #isDraining: () => boolean;
  /** Whose refusal was told: each HELLO is refused anew. */
  readonly #refused = new WeakSet<ConnectionRecord>();

  /** @param isDraining Whether the node is leaving and takes no more calls. */
  constructor(rooms: {
    readonly self: NodeUrl;
    readonly calls: CallRouter;
    readonly requests: RequestRunner;
    readonly gateway: ReferenceGateway;
    readonly peers: PeerDialer;
    readonly reply: Reply;
    readonly isDraining: () => boolean;
  }) {
    this.#self = rooms.self;
    this.#calls = rooms.calls;
    this.#requests = rooms.requests;
    this.#gateway = rooms.gateway;
    this.#peers = rooms.peers;
    this.#reply = rooms.reply;
    this.#isDraining = rooms.isDraining;
  }

  /** One message. */
  take(turn: Turn, record: ConnectionRecord, message: JsonMessage): void {
    switch (message.type) {
      case "rpc":
        return this.#rpc(turn, record, message);
      case "response":
        return this.#answered(turn, record, message);
      case "HELLO":
        return this.#hello(turn, record, message);
      case "GOODBYE":
        return this.#goodbye(turn, record, message);
      case "STATUS":
        return status(turn, record, message.u, "STATUS");
      case "HELLO_ACK":
        return status(turn, record, message.u, "ACK_RECEIVED");
      case "unhandled_server":
        return refuse(turn, record, message.u, wireErrorOfUnhandled(message.what));
      case "internal-rpc":
        return this.#internal(turn, record, message);
      case "gossip":
      case "internal-answer":
        // Gossip names nodes and never teaches functions; answers are only asked for by `rpc` here.
        return;
    }
  }

  /** A frame that is no message: answered where we are the accepting side, and the connection lives. */
  malformed(turn: Turn, record: ConnectionRecord, error: ProtocolError): void {
    refuse(turn, record, error.replyTo ?? "unknown", wireErrorOfProtocol(error));
  }

  #rpc(turn: Turn, record: ConnectionRecord, message: RpcRequest): void {
    if (record.inbound.has(message.u)) return;
    const replyTo = { kind: "rpc", connection: record.id, u: message.u } as const;
    record.inbound.set(message.u, { kind: "run", id: 0 });
    const refusal = this.#refusal(record);
    if (refusal !== undefined) return this.#reply(turn, replyTo, failure(refusal));
    record.wishes.set(message.u, message);
    const id = this.#requests.start(turn, {
      commands: withReferences(message.commands),
      wanted: undefined,
      caller: callerOf(record),
      deadlineAt: turn.now + CALL_TIMEOUT_MS_DEFAULT,
      waits: false,
      needsAll: message.returnIntermediateResults,
      reach: undefined,
    }, replyTo);
    noteTask(record, message.u, "run", id);
  }

  #refusal(record: ConnectionRecord): CallError | undefined {
    if (this.#isDraining()) return callError("DRAINING", "The node is leaving, ask another one");
    if (record.inbound.size <= PENDING_CALLS_PER_CLIENT_MAX) return undefined;
    return callError("RESOURCE_EXHAUSTED", "Too many requests of this connection are running");
  }

  #internal(turn: Turn, record: ConnectionRecord, message: InternalRequest): void {
    const { u, fun } = message;
    if (record.inbound.has(u)) return;
    record.inbound.set(u, { kind: "call", id: 0 });
    const replyTo = { kind: "internal", connection: record.id, u, fun } as const;
    const refusal = this.#refusal(record);
    if (refusal !== undefined) return this.#reply(turn, replyTo, failure(refusal));
    const id = this.#calls.start(
      turn,
      {
        fun,
        resources: [],
        args: Payload.fromValue(message.args),
        kwargs: Object.keys(message.kwargs).length === 0
          ? undefined
          : Payload.fromValue(message.kwargs),
        // Such a call is run by its receiver itself or not at all.
        target: this.#self,
        ttl: 0,
        caller: callerOf(record),
        ...PLAIN_MANNER,
      },
      replyTo,
      turn.now + CALL_TIMEOUT_MS_DEFAULT,
    );
    noteTask(record, u, "call", id);
  }

  #hello(turn: Turn, record: ConnectionRecord, message: HelloMessage): void {
    if (record.purpose === "call") return;
    const isFirst = record.role === "new";
    if (isFirst) record.role = "reference";
    if (isFirst && record.purpose === "accepted") {
      this.#gateway.linkUp(record.id, "accepted", undefined, turn.now);
    }
    const taken = this.#gateway.hello(record.id, message.announcement, turn.now);
    if (taken === "added") {
      status(turn, record, message.u, "ADDED");
      if (message.announcement.propagation.hopCount === 0) this.#dialBack(turn, record);
    } else {
      const error = { code: WIRE_FAILED, message: taken.rejected, details: null };
      refuse(turn, record, message.u, error);
    }
  }

  /** Over a socket that it dialled a node of the reference takes our own offers and no others, and no withdrawal. */
  #dialBack(turn: Turn, record: ConnectionRecord): void {
    const peer = this.#gateway.peerOf(record.id);
    if (peer === undefined || voiceOf(peer)?.direction === "dialed") return;
    this.#peers.add(peer.url, turn.now, "dial_back");
  }

  #answered(turn: Turn, record: ConnectionRecord, message: RpcResponse): void {
    if (record.role !== "reference") {
      return this.#calls.answeredByReference(turn, record.id, message);
    }
    if (message.result.value === GOODBYE_PROCESSED) this.#gateway.forgotten(record.id);
    const { dialedUrl: peer } = record;
    if (message.error === undefined || peer === undefined || this.#refused.has(record)) return;
    this.#refused.add(record);
    const said = message.error.message.slice(0, REFUSAL_LENGTH_MAX);
    turn.owner.report({ type: "link_refused", peer, message: said });
  }

  #goodbye(turn: Turn, record: ConnectionRecord, message: GoodbyeMessage): void {
    if (record.role === "reference") {
      this.#gateway.goodbye(record.id, message.departing, turn.now);
    }
    status(turn, record, message.u, GOODBYE_PROCESSED);
  }
}

function status(turn: Turn, record: ConnectionRecord, u: string, word: string): void {
  if (record.purpose !== "accepted") return;
  const result = Payload.fromValue(word);
  turn.edges.send(record.id, { type: "response", u, result, error: undefined });
}

function refuse(turn: Turn, record: ConnectionRecord, u: string, error: WireError): void {
  if (record.purpose !== "accepted") return;
  const result = Payload.fromValue(null);
  turn.edges.send(record.id, { type: "response", u, result, error });
}
