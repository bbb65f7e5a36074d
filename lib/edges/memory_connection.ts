/**
 * Two ends of a connection inside one process.
 *
 * @module
 */

import { closingOf, OWNER_FAILED, sendableCode, sendableReason } from "./closing.ts";
import type { Accept, Closing, Connection, ConnectionReader, Frame } from "./transport.ts";

/**
 * Runs a task later, never at once. Told who sends to whom, by URL.
 *
 * @example
 * ```ts ignore
 * const network = new MemoryNetwork((task, from, to) => simulator.after(latencyMs(from, to), task));
 * ```
 */
export type Deliver = (task: () => void, from: string, to: string) => void;

/** One connection with both its ends. */
export interface MemoryPair {
  /** The dialling end's name. */
  readonly dialer: string;
  /** The listener's URL. */
  readonly listener: string;
  /** Lets the listener's owner in. */
  startAccepted(accept: Accept): void;
  /** Lets the dialling owner in. */
  startDialled(accept: Accept): void;
  /** Closes the accepted end with 1000. */
  closeAccepted(): void;
  /** Breaks the connection under both. */
  cut(): void;
}

/** Makes a connection; `over` is called when both ends are closed. */
export function memoryPair(
  dialer: string,
  listener: string,
  subprotocol: string,
  deliver: Deliver,
  over: () => void,
): MemoryPair {
  let open = 2;
  const ended = (): void => {
    open -= 1;
    if (open === 0) over();
  };
  const dialled = new MemoryEnd(dialer, listener, subprotocol, deliver, ended);
  const accepted = new MemoryEnd(listener, dialer, subprotocol, deliver, ended);
  dialled.peer = accepted;
  accepted.peer = dialled;
  return {
    dialer,
    listener,
    startAccepted: (accept) => accepted.start(accept),
    startDialled: (accept) => dialled.start(accept),
    closeAccepted: () => accepted.close(1000, "listener closed"),
    cut: () => {
      dialled.lose();
      accepted.lose();
    },
  };
}

/** What travels: a frame, or the sender's goodbye. */
type Item = { readonly frame: Frame; readonly bytes: number } | { readonly closing: Closing };

class MemoryEnd implements Connection {
  readonly subprotocol: string;
  readonly remote: string;
  peer: MemoryEnd | undefined;
  readonly #self: string;
  readonly #deliver: Deliver;
  readonly #ended: () => void;
  /** Sent and not delivered, oldest first. */
  readonly #outgoing: Item[] = [];
  #bufferedBytes = 0;
  #reader: ConnectionReader | undefined;
  #over = false;

  constructor(
    self: string,
    remote: string,
    subprotocol: string,
    deliver: Deliver,
    ended: () => void,
  ) {
    this.#self = self;
    this.remote = remote;
    this.subprotocol = subprotocol;
    this.#deliver = deliver;
    this.#ended = ended;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  start(accept: Accept): void {
    try {
      this.#reader = accept(this);
    } catch (error) {
      this.close(OWNER_FAILED, "internal error");
      throw error;
    }
  }

  send(frame: Frame): void {
    if (this.#over) return;
    const text = typeof frame === "string";
    const bytes = text ? utf8Length(frame) : frame.length;
    this.#bufferedBytes += bytes;
    this.#dispatch({ frame: text ? frame.toWellFormed() : frame.slice(), bytes });
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#finish(reason, closingOf(sendableCode(code), reason, true));
  }

  /** The way to the peer broke. */
  lose(): void {
    this.#outgoing.length = 0;
    this.#bufferedBytes = 0;
    if (this.#over) return;
    this.#over = true;
    this.#tellLater(closingOf(1006, "connection cut", false));
  }

  #finish(wireReason: string, closing: Closing): void {
    this.#over = true;
    this.#dispatch({ closing: { ...closing, reason: sendableReason(wireReason) } });
    this.#tellLater(closing);
  }

  #dispatch(item: Item): void {
    this.#outgoing.push(item);
    this.#deliver(() => this.#deliverOldest(), this.#self, this.remote);
  }

  #deliverOldest(): void {
    const item = this.#outgoing.shift();
    if (item === undefined) return;
    if ("closing" in item) return this.peer?.hear(item.closing);
    this.#bufferedBytes -= item.bytes;
    this.peer?.receive(item.frame);
  }

  receive(frame: Frame): void {
    if (this.#over) return;
    try {
      this.#reader?.received(frame);
    } catch (error) {
      if (this.#over) return;
      const closing = closingOf(OWNER_FAILED, `the owner threw ${String(error)}`, false);
      this.#finish("internal error", closing);
    }
  }

  /** The peer said goodbye. */
  hear(closing: Closing): void {
    if (this.#over) return;
    this.#over = true;
    this.#tell(closing);
  }

  #tellLater(closing: Closing): void {
    this.#deliver(() => this.#tell(closing), this.#self, this.#self);
  }

  #tell(closing: Closing): void {
    this.#ended();
    try {
      this.#reader?.closed(closing);
    } catch {
      // The connection is over and there is nobody left to tell.
    }
  }
}

/** Bytes of a text in UTF-8, counted without encoding it. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x800) bytes += unit >= 0xd800 && unit <= 0xdfff ? 1 : 2;
    else if (unit >= 0x80) bytes += 1;
  }
  return bytes;
}
