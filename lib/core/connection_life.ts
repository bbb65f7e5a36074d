import type { ReferenceGateway } from "../federation/reference_gateway.ts";
import { callError } from "../protocol/errors.ts";
import { CONNECTIONS_MAX } from "../protocol/limits.ts";
import type { CallRouter } from "./call_router.ts";
import { CLOSE } from "./close_codes.ts";
import type { ConnectionPurpose, ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { DialBook } from "./dial_book.ts";
import type { ConnectionId, NodeEvent } from "./events.ts";
import type { LinkKeeper } from "./link_keeper.ts";
import type { ClientOffers } from "./client_offers.ts";
import type { OwnCalls } from "./own_calls.ts";
import type { PeerDialer } from "./peer_dialer.ts";
import type { Turn } from "./turn.ts";

/**
 * Takes leave of a peer that said goodbye and will close.
 *
 * @param last Highest number of ours that it has taken, if it said so.
 */
export type Part = (
  turn: Turn,
  record: ConnectionRecord,
  reason: string,
  last: number | undefined,
) => void;

/** What begins and what ends with a connection of a node: handshakes, links, and every call that depended on it. */
export class ConnectionLife {
  readonly #connections: ConnectionTable;
  readonly #dials: DialBook;
  readonly #links: LinkKeeper;
  readonly #peers: PeerDialer;
  readonly #gateway: ReferenceGateway;
  readonly #calls: CallRouter;
  readonly #own: OwnCalls;
  readonly #clientOffers: ClientOffers;
  readonly #takes: (purpose: ConnectionPurpose) => boolean;

  /** @param takes Whether the node still takes a connection for this purpose: a leaving one does not. */
  constructor(rooms: {
    readonly connections: ConnectionTable;
    readonly dials: DialBook;
    readonly links: LinkKeeper;
    readonly peers: PeerDialer;
    readonly gateway: ReferenceGateway;
    readonly calls: CallRouter;
    readonly own: OwnCalls;
    readonly clientOffers: ClientOffers;
    readonly takes: (purpose: ConnectionPurpose) => boolean;
  }) {
    this.#connections = rooms.connections;
    this.#dials = rooms.dials;
    this.#links = rooms.links;
    this.#peers = rooms.peers;
    this.#gateway = rooms.gateway;
    this.#calls = rooms.calls;
    this.#own = rooms.own;
    this.#clientOffers = rooms.clientOffers;
    this.#takes = rooms.takes;
  }

  /** A connection is open: ours to greet, or the peer's. */
  opened(turn: Turn, event: Extract<NodeEvent, { type: "opened" }>): void {
    const dial = event.dial === undefined ? undefined : this.#dials.take(event.dial);
    const purpose = dial?.purpose ?? "accepted";
    const { connection, dialect, remote } = event;
    const record = this.#connections.open(
      connection,
      dialect,
      remote,
      purpose,
      dial?.url,
      turn.now,
    );
    if (this.#connections.size > CONNECTIONS_MAX || !this.#takes(purpose)) {
      return this.drop(turn, record, CLOSE.tooMany, "no more connections are taken");
    }
    if (dial === undefined) return;
    record.isLearnt = dial.isLearnt === true;
    if (dialect === "farcall.v1") {
      return this.#links.greet(turn, record, purpose === "link" ? "link" : "caller");
    }
    if (purpose === "call") return this.#calls.callConnections.ready(turn, record);
    if (record.isLearnt) return this.drop(turn, record, CLOSE.normal, "not a node of farcall");
    record.role = "reference";
    this.#peers.up(dial.url, dial.url, turn.now);
    this.#gateway.linkUp(connection, "dialed", dial.url, turn.now);
  }

  /** Ends a connection now. */
  drop(turn: Turn, record: ConnectionRecord, code: number, reason: string): void {
    turn.edges.close(record.id, code, reason);
    this.#ended(turn, record, reason);
  }

  /** The edge says that a connection is over. */
  closed(turn: Turn, connection: ConnectionId, reason: string): void {
    const record = this.#connections.get(connection);
    if (record !== undefined) this.#ended(turn, record, reason);
  }

  #ended(turn: Turn, record: ConnectionRecord, reason: string): void {
    if (this.#connections.remove(record.id) === undefined) return;
    if (record.role !== "parting") this.#retire(turn, record, reason);
  }

  /** The peer said goodbye and closes: two closes that cross each other end as an error on both sides. */
  part(turn: Turn, record: ConnectionRecord, reason: string, last: number | undefined): void {
    this.#retire(turn, record, reason, last);
    record.role = "parting";
    this.#links.closeSoon(turn, record.id, reason);
  }

  #retire(turn: Turn, record: ConnectionRecord, reason: string, last?: number): void {
    const gone = callError("CANCELLED", "The caller's connection is gone", "unknown");
    for (const task of [...record.inbound.values()]) this.#own.cancelTask(turn, task, gone);
    this.#links.closed(turn, record, reason);
    const isNameless = record.role === "reference" &&
      this.#gateway.peerOf(record.id) === undefined;
    if (record.role === "reference") this.#retireReference(turn, record, reason);
    // First, so that no call that goes elsewhere now finds this connection.
    if (record.purpose === "call") this.#calls.callConnections.closed(turn, record, reason);
    // Before calls of them go elsewhere: they must not come back here.
    this.#clientOffers.closed(turn, record.id);
    this.#calls.connectionClosed(turn, record.id, reason, last);
    if (record.purpose !== "link" || record.dialedUrl === undefined) return;
    const { dialedUrl: url } = record;
    // Whoever closes before its hello does not want this link: another node may.
    if (record.isLearnt && record.role === "new") return this.#peers.release(url, "member");
    const retryInMs = this.#peers.down(url, turn.now);
    // Whoever was dialled there never said who it is, so there was no link that could fall.
    if (!isNameless || !this.#takes("link")) return;
    turn.owner.report({ type: "dial_failed", url, message: `No HELLO came: ${reason}`, retryInMs });
  }

  /** A peer of the reference may hold several sockets: its link falls with the last. */
  #retireReference(turn: Turn, record: ConnectionRecord, reason: string): void {
    const peer = this.#gateway.linkDown(record.id, turn.now);
    if (peer === undefined) return;
    this.#peers.release(peer, "dial_back");
    turn.owner.report({ type: "link_down", peer, dialect: record.dialect, reason });
  }

  /** A dial came to nothing. */
  dialFailed(turn: Turn, event: Extract<NodeEvent, { type: "dial_failed" }>): void {
    const dial = this.#dials.take(event.dial);
    if (dial === undefined) return;
    const { url, purpose } = dial;
    const { message } = event;
    if (purpose === "call") this.#calls.callConnections.failed(turn, url, message);
    const retryInMs = purpose === "link" ? this.#peers.down(url, turn.now) : undefined;
    turn.owner.report({ type: "dial_failed", url, message, retryInMs });
  }
}
