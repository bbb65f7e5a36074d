/**
 * Dialling with the platform's own WebSocket and nothing else: the only way in browsers, and the way without a pump
 * elsewhere.
 *
 * Where the socket has no TCP_NODELAY (Deno's client has not), a frame above 1,024 bytes, or a second short frame before
 * the peer answered the first, may arrive some 40 ms late. `piece_frames.ts` avoids that between farcall's own nodes.
 *
 * @module
 */

import { DialledSockets } from "./dialled_sockets.ts";
import { DialError } from "./transport.ts";
import type { Dialer, DialTarget } from "./transport.ts";
import { dialSignal, openWebSocket, webSocketUrl } from "./websocket_opening.ts";

/** How {@linkcode nativeDialer} makes sockets. */
export interface NativeDialerOptions {
  /** The class to use. Default: the global one. */
  readonly WebSocket?: new (url: string, subprotocols?: string[]) => WebSocket;
  /**
   * Makes a connecting socket in a way of its own, for platforms whose class takes headers or certificates. Wins over
   * `WebSocket`.
   */
  readonly openSocket?: (url: URL, target: DialTarget) => WebSocket;
}

/**
 * A dialer over the platform's own WebSocket.
 *
 * @example
 * ```ts ignore
 * const dialer = nativeDialer();
 * await dialer.dial({ url: "ws://127.0.0.1:8080/", subprotocols: [], timeoutMs: 1_000 }, accept, signal);
 * ```
 */
export function nativeDialer(options: NativeDialerOptions = {}): Dialer {
  const end = new AbortController();
  const sockets = new DialledSockets();
  const openSocket = options.openSocket ?? plainSocket(options.WebSocket ?? WebSocket);
  return {
    async dial(target, accept, signal): Promise<void> {
      const url = webSocketUrl(target.url);
      using dial = dialSignal(target, [signal, end.signal]);
      dial.signal.throwIfAborted();
      const socket = socketFor(openSocket, url, target);
      sockets.add(socket);
      await openWebSocket(socket, target, accept, dial.signal);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      end.abort();
      await sockets.goodbyes();
    },
  };
}

function socketFor(
  openSocket: (url: URL, target: DialTarget) => WebSocket,
  url: URL,
  target: DialTarget,
): WebSocket {
  try {
    return openSocket(url, target);
  } catch (cause) {
    if (cause instanceof DialError) throw cause;
    // Bad subprotocol names, a policy of the page, a missing permission: refused before anything was sent.
    const message = `The platform does not allow dialling ${target.url}`;
    throw new DialError("refused", target.url, message, cause);
  }
}

function plainSocket(
  Socket: new (url: string, subprotocols?: string[]) => WebSocket,
): (url: URL, target: DialTarget) => WebSocket {
  return (url, target) => {
    if (target.headers !== undefined && Object.keys(target.headers).length > 0) {
      const message = `This platform's WebSocket can't send headers, needed by ${target.url}`;
      throw new DialError("handshake", target.url, message);
    }
    return new Socket(url.href, [...target.subprotocols]);
  };
}
