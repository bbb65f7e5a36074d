/**
 * A native WebSocket as a {@linkcode Connection}.
 *
 * The platform reports `close` twice at times, never for a peer that vanished, and an error thrown in one of its
 * callbacks ends the process. So: one flag decides what is over, our own `close` is reported without waiting for the
 * peer, and every callback is synchronous and wholly inside try/catch.
 *
 * @module
 */

import { closingOf, OWNER_FAILED, sendableCode, sendableReason } from "./closing.ts";
import type { Accept, Closing, Connection, ConnectionReader, Frame } from "./transport.ts";

/** How long the peer gets to answer our close before `terminate` is called, in ms. */
const CLOSE_GRACE_MS = 2_000;

/** What the wrapper can't learn from the socket. */
export interface WebSocketSurroundings {
  /** Who is on the other side, for people. */
  readonly remote: string;
  /** The agreed subprotocol, for accepted sockets: the platform does not tell theirs. Default: what the socket says. */
  readonly subprotocol?: string;
  /** Cuts the way below the socket when the peer does not answer our close. Without it the platform decides. */
  readonly terminate?: () => void;
}

/** A connection over a socket that is open. Made by {@linkcode attachWebSocket}. */
class WebSocketConnection implements Connection {
  readonly remote: string;
  readonly subprotocol: string;
  readonly #socket: WebSocket;
  readonly #terminate: (() => void) | undefined;
  #reader: ConnectionReader | undefined;
  #over = false;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket, surroundings: WebSocketSurroundings) {
    this.#socket = socket;
    this.remote = surroundings.remote;
    this.subprotocol = surroundings.subprotocol ?? socket.protocol;
    this.#terminate = surroundings.terminate;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Lets the owner in and begins to deliver. Rethrows what `accept` throws, after closing. */
  start(accept: Accept): void {
    const socket = this.#socket;
    socket.binaryType = "arraybuffer";
    try {
      this.#reader = accept(this);
    } catch (error) {
      this.close(OWNER_FAILED, "internal error");
      throw error;
    } finally {
      socket.onmessage = (event) => this.#received(event.data);
      socket.onerror = () => {}; // `close` always follows and says the same
      socket.onclose = (event) => this.#ended(event);
    }
  }

  send(frame: Frame): void {
    if (this.#over) return;
    try {
      this.#socket.send(frame);
    } catch {
      // The socket died and its `close` is under way.
    }
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#finish(code, reason, closingOf(sendableCode(code), reason, true));
  }

  #finish(code: number, wireReason: string, closing: Closing): void {
    this.#over = true;
    try {
      this.#socket.close(sendableCode(code), sendableReason(wireReason));
    } catch {
      // Already closed from below.
    }
    if (this.#terminate !== undefined && this.#socket.readyState !== WEBSOCKET_CLOSED) {
      this.#graceTimer = setTimeout(this.#terminate, CLOSE_GRACE_MS);
    }
    queueMicrotask(() => this.#tell(closing));
  }

  #received(data: unknown): void {
    if (this.#over) return;
    try {
      if (typeof data === "string") this.#reader?.received(data);
      else if (data instanceof ArrayBuffer) this.#reader?.received(new Uint8Array(data));
    } catch (error) {
      if (this.#over) return;
      // People on this side may read what it was; the peer only learns that it was us.
      const closing = closingOf(OWNER_FAILED, `the owner threw ${String(error)}`, false);
      this.#finish(OWNER_FAILED, "internal error", closing);
    }
  }

  #ended(event: CloseEvent): void {
    clearTimeout(this.#graceTimer);
    if (this.#over) {
      // Both sides have said their last word: nothing below is worth waiting for.
      this.#terminate?.();
      return;
    }
    this.#over = true;
    this.#tell(closingOf(event.code, event.reason, event.wasClean));
  }

  #tell(closing: Closing): void {
    try {
      this.#reader?.closed(closing);
    } catch {
      // The connection is over and there is nobody left to tell.
    }
  }
}

/** `WebSocket.CLOSED`, which not every implementation has on its class. */
const WEBSOCKET_CLOSED = 3;

/**
 * Hands an open socket to its owner. Must be called in the socket's `open` event, because a frame may follow at once.
 *
 * @param socket An open native socket nobody else listens to.
 * @param surroundings What the socket doesn't know itself.
 * @param accept The owner.
 * @returns The connection the owner got.
 * @throws What `accept` threw; the socket is closed with 4500 then.
 */
export function attachWebSocket(
  socket: WebSocket,
  surroundings: WebSocketSurroundings,
  accept: Accept,
): Connection {
  const connection = new WebSocketConnection(socket, surroundings);
  connection.start(accept);
  return connection;
}
