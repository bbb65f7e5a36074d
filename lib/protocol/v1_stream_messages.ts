/**
 * The messages of `farcall.v1` that streams are made of: what one call gives, and with `arg` what its caller gives it. The
 * first go the way of the answer, the others the way of the call; credit and `stop` go against them.
 *
 * @module
 */

import type { ItemBatch } from "./item_batch.ts";

/** Values of a stream, from its writer to its reader. */
export interface ItemsMessage {
  /** Which message this is. */
  readonly type: "items";
  /** The number of the call, as its sender gave it. */
  readonly id: number;
  /** Of a streamed argument: its place among the arguments. Absent = what the function gives. */
  readonly arg?: number;
  /** The values. */
  readonly batch: ItemBatch;
}

/** So much more of a stream may be sent, from its reader to its writer. */
export interface CreditMessage {
  /** Which message this is. */
  readonly type: "credit";
  /** The number of the call, as its sender gave it. */
  readonly id: number;
  /** Of a streamed argument: its place among the arguments. Absent = what the function gives. */
  readonly arg?: number;
  /** In units of items: UTF-16 units of the JSON text and 64 more. */
  readonly units: number;
}

/** All of a streamed argument has been sent. */
export interface EndMessage {
  /** Which message this is. */
  readonly type: "end";
  /** The number of the call, as its sender gave it. */
  readonly id: number;
  /** Its place among the arguments. */
  readonly arg: number;
}

/** The function wants no more of a streamed argument, and goes on. */
export interface StopMessage {
  /** Which message this is. */
  readonly type: "stop";
  /** The number of the call, as its sender gave it. */
  readonly id: number;
  /** Its place among the arguments. */
  readonly arg: number;
}

/** Everything by which streams flow. */
export type StreamMessage = ItemsMessage | CreditMessage | EndMessage | StopMessage;
