/**
 * The dialer of nodes and of clients on Deno: the pump where it can run, the plain WebSocket where it can't.
 *
 * @module
 */

import { nativeDialer } from "./native_dialer.ts";
import { offerPieces } from "./piece_frames.ts";
import { Pump } from "./pump.ts";
import type { PumpOptions } from "./pump.ts";
import type { Dialer, DialTarget } from "./transport.ts";
import { dialSignal, webSocketUrl } from "./websocket_opening.ts";

/** How {@linkcode webSocketDialer} connects. */
export interface WebSocketDialerOptions extends PumpOptions {
  /**
   * Whether to use the pump: `"auto"` where it can run, `"never"` for the plain WebSocket, which then offers pieces to
   * peers that know them. Default: `"auto"`.
   */
  readonly pump?: "auto" | "never";
}

/**
 * A dialer for `ws:` and `wss:`. It never stalls where the pump runs (Linux and macOS, with permission to read and write);
 * elsewhere it does not stall towards peers that know farcall's pieces.
 *
 * Nothing is made before the first dial. Open connections survive its disposal, which waits up to 1 s for goodbyes that are
 * under way.
 *
 * @example
 * ```ts ignore
 * await using dialer = webSocketDialer({ caCerts: [await Deno.readTextFile("ca.pem")] });
 * await dialer.dial({ url: "wss://hub.example/", subprotocols: ["farcall.v1"], timeoutMs: 10_000 }, accept, signal);
 * ```
 */
export function webSocketDialer(options: WebSocketDialerOptions = {}): Dialer {
  const end = new AbortController();
  const plain = plainDialer(options);
  let pump: Promise<Pump | undefined> | undefined;
  return {
    async dial(target, accept, signal): Promise<void> {
      const url = webSocketUrl(target.url);
      using dial = dialSignal(target, [signal, end.signal]);
      dial.signal.throwIfAborted();
      pump ??= options.pump === "never" ? Promise.resolve(undefined) : Pump.create(options);
      const ready = await pump;
      dial.signal.throwIfAborted();
      if (ready === undefined) await plain.dial(target, accept, signal);
      else await ready.open(url, target, accept, dial.signal);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      end.abort();
      await plain[Symbol.asyncDispose]();
      await (await pump)?.[Symbol.asyncDispose]();
    },
  };
}

function plainDialer(options: PumpOptions): Dialer {
  const caCerts = options.caCerts === undefined ? undefined : [...options.caCerts];
  return offerPieces(nativeDialer({
    openSocket: (url: URL, target: DialTarget): WebSocket => {
      const protocols = [...target.subprotocols];
      const headers = { ...target.headers };
      if (caCerts === undefined) return new WebSocket(url, { protocols, headers });
      // The client is left to the socket: closing it here would close it before the handshake.
      const client = Deno.createHttpClient({ caCerts });
      const socket = new WebSocket(url, { protocols, headers, client });
      for (const over of ["open", "error"]) {
        socket.addEventListener(over, () => client.close(), { once: true });
      }
      return socket;
    },
  }));
}
