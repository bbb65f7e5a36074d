import type { ClientOwnerEffects, EdgeEffects } from "./effects.ts";
import type { ConnectionId, Dialect } from "./events.ts";

/** What every room of the client core gets with a step: the time and the two sinks. */
export interface ClientTurn {
  /** The event's time, in ms. */
  readonly now: number;
  /** Sink for the edges. */
  readonly edges: EdgeEffects;
  /** Sink for the owner. */
  readonly owner: ClientOwnerEffects;
}

/** A connection of a client. */
export interface OpenConnection {
  readonly id: ConnectionId;
  readonly url: string;
  readonly dialect: Dialect;
  /** The node said hello. */
  isReady: boolean;
  /** The connection takes what we send; else calls wait here, where they can still be taken back. */
  isWritable: boolean;
  readonly openedAt: number;
  heardAt: number;
  pingedAt: number;
}
