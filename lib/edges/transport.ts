/**
 * What the rest of farcall wants from a transport: somebody dials, somebody listens, both get a connection that carries
 * whole frames in order. Everything that touches sockets stands behind these interfaces, so the core runs the same over
 * WebSockets, inside one process, or in a simulator that owns time.
 *
 * The rules every implementation keeps are written as a test suite in `lib/testing/transport_contract.ts`.
 *
 * @module
 */

/** One WebSocket frame: text (JSON payloads) or bytes. */
export type Frame = string | Uint8Array<ArrayBuffer>;

/** How a connection ended. */
export interface Closing {
  /** The WebSocket close code. 0, 1005 and 1006 mean that the connection was lost. */
  readonly code: number;
  /** A few words for people, ASCII, at most 100 bytes, never a secret; "" when nobody gave any. */
  readonly reason: string;
  /** Whether the end was meant: code 1000 or 1001, said by the peer or by ourselves. */
  readonly clean: boolean;
}

/** One open, ordered, reliable, full-duplex connection. */
export interface Connection {
  /** The subprotocol both sides agreed on, `""` when none. */
  readonly subprotocol: string;
  /** Who is on the other side, for people only, for instance `"127.0.0.1:5123"`. */
  readonly remote: string;
  /**
   * Bytes that `send` accepted and the transport has not taken yet. There is no event for its fall: look at it when
   * something else happens, or let the receiver grant credit.
   */
  readonly bufferedBytes: number;
  /**
   * Queues one frame. Never throws and never blocks. After the end (ours or the peer's) the frame is dropped silently:
   * whoever must know whether it arrived needs an answer from the peer. Bytes must not be changed afterwards.
   */
  send(frame: Frame): void;
  /**
   * Ends the connection. Frames sent before still leave, nothing is received any more, and the reader hears `closed`
   * before long even if the peer never answers: the connection is over because we say so. Idempotent, never throws.
   *
   * @param code 1000 or 3000 to 4999; 1001 becomes 1000 and anything else 4500, because no side may send others.
   * @param reason Words for the peer; cut to 100 bytes of ASCII.
   */
  close(code: number, reason: string): void;
}

/**
 * What the owner of a connection wants to hear. Both methods are called synchronously and must not throw; an edge catches
 * all the same, closes with 4500 and goes on living.
 */
export interface ConnectionReader {
  /** A whole frame arrived. Never called before `Accept` returned, nor after `close` or `closed`. The frame is the reader's. */
  received(frame: Frame): void;
  /** The connection is over. Called exactly once in its life, never from inside the call of `close` that caused it. */
  closed(closing: Closing): void;
}

/** Called once, synchronously, when a connection is open; no frame is delivered before it returned. */
export type Accept = (connection: Connection) => ConnectionReader;

/** Whom to dial and how. */
export interface DialTarget {
  /** `ws:` or `wss:` with host, port and path (an edge in memory takes any URL somebody listens on). */
  readonly url: string;
  /** Subprotocols to offer, the preferred one first. */
  readonly subprotocols: readonly string[];
  /** How long opening may take in all, in ms. */
  readonly timeoutMs: number;
  /** Headers of the handshake, for instance `Authorization`. Browsers can't send any: their edge rejects the dial. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens connections. */
export interface Dialer {
  /**
   * Opens one connection. Resolves after `accept` ran; rejects with a {@linkcode DialError}, and `accept` is never
   * called, if the connection did not open. What happens to it later is told to the reader, not here.
   *
   * @param signal Aborting it gives up while opening; it has no effect on a connection that is open.
   */
  dial(target: DialTarget, accept: Accept, signal: AbortSignal): Promise<void>;
  /** Gives up dials under way and frees what the dialer holds. Open connections live on. Idempotent. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Somebody who takes connections. */
export interface Listener {
  /** Where it listens, with the real port. */
  readonly url: string;
  /**
   * Stops accepting and resolves when the address is free. Owners close their connections first; one that is still open
   * is closed with 1000. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Why a dial failed, for programs: nobody there or no way there (`refused`), not open in time (`timeout`), the caller or
 * the dialer's end gave up (`aborted`), somebody there who did not open a WebSocket (`handshake`), no trust or no TLS
 * (`tls`), a URL this dialer can't dial (`unsupported_url`).
 */
export type DialErrorCode =
  | "refused"
  | "timeout"
  | "aborted"
  | "handshake"
  | "tls"
  | "unsupported_url";

/** A connection that did not open. */
export class DialError extends Error {
  /** The class's name, as in every error. */
  override readonly name = "DialError";
  /** Why, for programs. */
  readonly code: DialErrorCode;
  /** The URL that was dialled. */
  readonly url: string;

  /**
   * An error with a code for programs and a sentence for people.
   *
   * @param code Why, for programs.
   * @param url The URL that was dialled.
   * @param message One sentence for people, without a final stop.
   * @param cause What the platform said.
   */
  constructor(code: DialErrorCode, url: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.url = url;
  }
}

/** Why listening failed: the address is taken, not ours to use (`not_permitted`), or unusable (`invalid`). */
export type ListenErrorCode = "address_in_use" | "not_permitted" | "invalid";

/** A listener that could not start. */
export class ListenError extends Error {
  /** The class's name, as in every error. */
  override readonly name = "ListenError";
  /** Why, for programs. */
  readonly code: ListenErrorCode;
  /** The address that was asked for, for instance `"127.0.0.1:8080"`. */
  readonly address: string;

  /**
   * An error with a code for programs and a sentence for people.
   *
   * @param code Why, for programs.
   * @param address The address that was asked for.
   * @param message One sentence for people, without a final stop.
   * @param cause What the platform said.
   */
  constructor(code: ListenErrorCode, address: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.address = address;
  }
}
