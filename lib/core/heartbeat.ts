import {
  CLIENT_DEAD_AFTER_MS,
  CLIENT_PING_AFTER_MS,
  DEAD_AFTER_MS,
  HANDSHAKE_TIMEOUT_MS,
  LEGACY_HELLO_MS,
  LEGACY_IDLE_MS,
  PING_AFTER_MS,
} from "../protocol/limits.ts";
import { CLOSE } from "./close_codes.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { Drop } from "./link_keeper.ts";
import type { Turn } from "./turn.ts";

/** How often connections are looked at, in ms. */
const LOOK_MS = 1_000;
/** A node of the reference answers each of our HELLOs; it serves in order, so one answer may wait behind a 30 s call. */
const REFERENCE_DEAD_AFTER_MS = 2 * LEGACY_HELLO_MS + 35_000;

/**
 * Decides from silence which connections are dead: a half-open socket never says so itself.
 *
 * Any frame counts as a sign of life. When this node itself stood still, the pause is not held against its peers.
 */
export class Heartbeat {
  readonly #connections: ConnectionTable;
  readonly #drop: Drop;
  readonly #isSpare: (connection: ConnectionId) => boolean;
  readonly #offers: (connection: ConnectionId) => boolean;
  #nextAt = 0;

  /**
   * @param drop Ends a connection.
   * @param isSpare Whether the peer of a link of the reference has another one besides.
   * @param offers Whether a client offers functions: others wait for it as for a node.
   */
  constructor(
    connections: ConnectionTable,
    drop: Drop,
    isSpare: (connection: ConnectionId) => boolean,
    offers: (connection: ConnectionId) => boolean,
  ) {
    this.#offers = offers;
    this.#isSpare = isSpare;
    this.#connections = connections;
    this.#drop = drop;
  }

  /** Looks at all connections when it is time; returns when to be stepped again. */
  step(turn: Turn): number {
    if (this.#connections.size === 0) {
      this.#nextAt = 0;
      return Infinity;
    }
    if (this.#nextAt === 0) this.#nextAt = turn.now + LOOK_MS;
    if (turn.now < this.#nextAt) return this.#nextAt;
    const stalledMs = turn.now - this.#nextAt > LOOK_MS ? turn.now - this.#nextAt : 0;
    this.#nextAt = turn.now + LOOK_MS;
    for (const record of [...this.#connections.all()]) {
      // A frame of this very turn may have been noted already: nothing was heard in the future.
      record.heardAt = Math.min(turn.now, record.heardAt + stalledMs);
      this.#look(turn, record);
    }
    return this.#nextAt;
  }

  #look(turn: Turn, record: ConnectionRecord): void {
    const silentMs = turn.now - record.heardAt;
    if (record.dialect === "json") {
      if (record.purpose === "link" && silentMs > REFERENCE_DEAD_AFTER_MS) {
        this.#drop(turn, record, CLOSE.unresponsive, "nothing heard for too long");
      } else if (silentMs > LEGACY_IDLE_MS && this.#isLeftOver(record)) {
        this.#drop(turn, record, CLOSE.normal, "idle");
      }
      return;
    }
    if (record.role === "new") {
      if (silentMs > HANDSHAKE_TIMEOUT_MS) {
        this.#drop(turn, record, CLOSE.unauthenticated, "no hello in time");
      }
      return;
    }
    if (record.role === "parting") return;
    const isOurs = record.role === "link" || record.purpose === "call" || this.#offers(record.id);
    if (silentMs >= (isOurs ? DEAD_AFTER_MS : CLIENT_DEAD_AFTER_MS)) {
      return this.#drop(turn, record, CLOSE.unresponsive, "nothing heard for too long");
    }
    const pingAfterMs = isOurs ? PING_AFTER_MS : CLIENT_PING_AFTER_MS;
    if (silentMs >= pingAfterMs && record.pingedAt === 0) {
      record.pingedAt = turn.now;
      record.pingsSent += 1;
      turn.edges.send(record.id, { type: "ping" });
    }
  }

  /** Only sockets that said HELLO: others carry calls, and the reference never dials anew for those. */
  #isLeftOver({ id, role, purpose, inbound }: ConnectionRecord): boolean {
    return role === "reference" && purpose === "accepted" && inbound.size === 0 &&
      this.#isSpare(id);
  }
}
