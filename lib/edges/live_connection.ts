import type { ConnectionId, Dialect, WireMessage } from "../core/events.ts";
import { SEND_QUEUE_HARD_BYTES, SEND_QUEUE_SOFT_BYTES } from "../protocol/limits.ts";
import { frameBytes } from "./frame_size.ts";
import type { Speech } from "./speech.ts";
import type { Connection, Frame } from "./transport.ts";

/** How long a congested connection may take not one byte before it is given up, in ms. */
export const STUCK_AFTER_MS = 10_000;

/**
 * How the send queue of a connection changed. `stuck` and `overfull` end it: nothing was taken for too long, or more was
 * sent although the queue was above its hard limit. What one turn brings alone may be above: the peer had no chance yet.
 */
export type Pressure = "congested" | "drained" | "stuck" | "overfull";

/**
 * An open connection as the driver keeps it: its dialect, the messages of this turn that have not left yet, and whether
 * the transport still takes what is sent.
 */
export class LiveConnection {
  /** Never used for another connection. */
  readonly id: ConnectionId;
  /** What both sides speak. */
  readonly dialect: Dialect;
  readonly #connection: Connection;
  readonly #speech: Speech;
  #messages: WireMessage[] = [];
  #closing: { readonly code: number; readonly reason: string } | undefined;
  #congested = false;
  #sentBytes = 0;
  #takenBytes = 0;
  #progressAt = 0;
  #hasAdded = false;

  /** @param speech Reads and writes `dialect`. */
  constructor(id: ConnectionId, dialect: Dialect, connection: Connection, speech: Speech) {
    this.id = id;
    this.dialect = dialect;
    this.#connection = connection;
    this.#speech = speech;
  }

  /** Whether this side has ended it: nothing more is sent over it or taken from it. */
  get isEnding(): boolean {
    return this.#closing !== undefined;
  }

  /** Whether the send queue is above its soft limit, as last seen. */
  get isCongested(): boolean {
    return this.#congested;
  }

  /** Adds a message to this turn's. After `end` it is dropped. */
  queue(message: WireMessage): void {
    if (this.#closing === undefined) this.#messages.push(message);
  }

  /** Ends the connection with the next flush, after what is queued. The first end counts. */
  end(code: number, reason: string): void {
    this.#closing ??= { code, reason };
  }

  /**
   * Sends what is queued, then closes if it was ended.
   *
   * @returns What could not be sent, in words for people; the connection has then been ended with 4500.
   */
  flush(): string | undefined {
    const messages = this.#messages;
    let trouble: string | undefined;
    if (messages.length > 0) {
      this.#messages = [];
      trouble = this.#speech.write(messages, (frame) => this.#send(frame));
      if (trouble !== undefined) this.end(4500, "message could not be sent");
    }
    const closing = this.#closing;
    if (closing !== undefined) this.#connection.close(closing.code, closing.reason);
    return trouble;
  }

  /** Looks at the send queue; reports each change once. */
  pressure(now: number): Pressure | undefined {
    const waiting = this.#connection.bufferedBytes;
    if (!this.#congested) {
      if (waiting <= SEND_QUEUE_SOFT_BYTES) return undefined;
      this.#congested = true;
      this.#sentBytes = waiting;
      this.#takenBytes = 0;
      this.#progressAt = now;
      this.#hasAdded = false;
      return "congested";
    }
    if (waiting > SEND_QUEUE_HARD_BYTES && this.#hasAdded) return "overfull";
    this.#hasAdded = false;
    if (waiting <= SEND_QUEUE_SOFT_BYTES) {
      this.#congested = false;
      return "drained";
    }
    const taken = this.#sentBytes - waiting;
    if (taken > this.#takenBytes) {
      this.#takenBytes = taken;
      this.#progressAt = now;
    }
    return now - this.#progressAt >= STUCK_AFTER_MS ? "stuck" : undefined;
  }

  #send(frame: Frame): void {
    if (this.#congested) {
      this.#sentBytes += frameBytes(frame);
      this.#hasAdded = true;
    }
    this.#connection.send(frame);
  }
}
