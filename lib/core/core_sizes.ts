import type { RouterSizes } from "../federation/hop_router.ts";

/** Counts of everything in a node core that can grow. At rest those that count calls are 0. */
export interface CoreSizes extends RouterSizes {
  /** Open connections of any kind. */
  readonly connections: number;
  /** Calls that have not ended, wherever they came from. */
  readonly calls: number;
  /** Requests that have not ended. */
  readonly requests: number;
  /** Functions of this node that run. */
  readonly running: number;
  /** Offers in reach. */
  readonly listings: number;
  /** Calls that this node's own process waits for. */
  readonly own: number;
  /** Calls and requests that peers wait for. */
  readonly inbound: number;
  /** Calls in line for a call connection, and those that hold up a connection to a node of the reference. */
  readonly queued: number;
  /** Calls that wait until somebody offers their function. */
  readonly parked: number;
  /** Results that stay here until others ask for them. */
  readonly kept: number;
  /** Calls in line for a free slot of a function of this node. */
  readonly slotQueue: number;
  /** Runs whose callers are gone and that have not ended all the same. */
  readonly stuck: number;
  /** Streams that this process reads, and entries of connections that have anything to do with a stream. */
  readonly streams: number;
  /** What the gateway to the reference's dialect knows and remembers. */
  readonly reference: number;
}
