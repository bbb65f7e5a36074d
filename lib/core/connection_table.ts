import type { RpcRequest } from "../protocol/json_messages.ts";
import type { ClusterId, Incarnation, NodeUrl } from "../protocol/names.ts";
import type { ConnectionId, Dialect } from "./events.ts";

/** What a connection of a node is for, as fixed by who opened it and its first message. */
export type ConnectionRole =
  /** Nothing has been said yet. */
  | "new"
  /** A link to a farcall node: offers and calls. */
  | "link"
  /** A farcall node that only calls. */
  | "caller"
  /** A client. */
  | "client"
  /** A link to a node of the reference. */
  | "reference"
  /** The peer said goodbye: nothing counts any more, and the peer closes. */
  | "parting";

/** Who opened a connection, and what for. */
export type ConnectionPurpose = "accepted" | "link" | "call";

/** Something that a connection waits for: a call or a request that runs for it. */
export interface Task {
  readonly kind: "call" | "run";
  readonly id: number;
}

/** What a node knows of one open connection. */
export interface ConnectionRecord {
  readonly id: ConnectionId;
  readonly dialect: Dialect;
  readonly remote: string;
  readonly purpose: ConnectionPurpose;
  /** The URL we dialled, where we did. */
  readonly dialedUrl: NodeUrl | undefined;
  role: ConnectionRole;
  /** Whoever dialled was not told to: it heard of the other node. */
  isLearnt: boolean;
  /** The node at the other end, once it has said who it is. */
  peer:
    | { readonly url: NodeUrl; readonly cluster: ClusterId; readonly incarnation: Incarnation }
    | undefined;
  readonly openedAt: number;
  heardAt: number;
  /** When a ping was sent since something was last heard; 0 = none. */
  pingedAt: number;
  /** Whether the peer reads fast enough to be sent announcements. */
  writable: boolean;
  /** Until then nothing is announced on it: a link that keeps falling only receives for a while. */
  heldUntil: number;
  /** Highest number of a call or request of the peer that was taken: one that is not above it comes a second time. */
  lastTaken: number;
  /** Whether we said goodbye: nothing more is taken, and answers to what was taken still go out. */
  saidGoodbye: boolean;
  /** Times that announcements were sent over it. */
  announced: number;
  /** Pings sent and pongs heard: the pong of a ping says that all before it was taken. */
  pingsSent: number;
  pongsHeard: number;
  /** What runs for the peer, by the id that the peer gave it. */
  readonly inbound: Map<number | string, Task>;
  /** Requests of the reference's dialect that run here, for what they ask to be told beside their results. */
  readonly wishes: Map<string, RpcRequest>;
}

/** All open connections of a node. */
export class ConnectionTable {
  readonly #records = new Map<ConnectionId, ConnectionRecord>();

  /** Takes a new connection in. */
  open(
    id: ConnectionId,
    dialect: Dialect,
    remote: string,
    purpose: ConnectionPurpose,
    dialedUrl: NodeUrl | undefined,
    now: number,
  ): ConnectionRecord {
    const record: ConnectionRecord = {
      id,
      dialect,
      remote,
      purpose,
      dialedUrl,
      role: "new",
      isLearnt: false,
      peer: undefined,
      openedAt: now,
      heardAt: now,
      pingedAt: 0,
      writable: true,
      heldUntil: 0,
      lastTaken: -1,
      saidGoodbye: false,
      announced: 0,
      pingsSent: 0,
      pongsHeard: 0,
      inbound: new Map(),
      wishes: new Map(),
    };
    this.#records.set(id, record);
    return record;
  }

  /** The connection's record, if it is open. */
  get(id: ConnectionId): ConnectionRecord | undefined {
    return this.#records.get(id);
  }

  /** Forgets a connection and returns what was known of it. */
  remove(id: ConnectionId): ConnectionRecord | undefined {
    const record = this.#records.get(id);
    this.#records.delete(id);
    return record;
  }

  /** All of them, oldest first. */
  all(): IterableIterator<ConnectionRecord> {
    return this.#records.values();
  }

  /** How many are open. */
  get size(): number {
    return this.#records.size;
  }
}
