/**
 * From an HTTP request to a connection.
 *
 * @module
 */

import { attachWebSocket } from "./websocket_connection.ts";
import type { Accept, Connection } from "./transport.ts";

/**
 * Seconds without any frame after which the platform pings, and gives up: the only reaper for vanished peers without
 * a subprotocol. Those with one have a heartbeat of their own, and the platform's is off: its timer outlives the
 * connection, also one that ended well, and keeps a process that wants to end for 15 s more (Deno 2.9.6, measured).
 */
const IDLE_TIMEOUT_S = 30;

/** What {@linkcode upgradeRequest} can be told besides. */
export interface UpgradeOptions {
  /** Who asks, for people. Default: `"unknown"`. */
  readonly remote?: string;
  /** Hears of the connection after its owner accepted it. */
  readonly opened?: (connection: Connection, socket: WebSocket) => void;
}

/**
 * Answers a request for a WebSocket, inside any server: `accept` is called when the connection is open.
 *
 * The first offered subprotocol that is in `subprotocols` is chosen; if none is, the connection opens without one. A
 * request for anything else is answered with 426, a broken handshake with 400. Whoever wants to refuse (authentication,
 * origins, counts) does it before calling this, because nothing can be refused as cheaply afterwards.
 *
 * @example
 * ```ts ignore
 * Deno.serve((request) => upgradeRequest(request, ["farcall.v1"], accept));
 * ```
 */
export function upgradeRequest(
  request: Request,
  subprotocols: readonly string[],
  accept: Accept,
  options: UpgradeOptions = {},
): Response {
  // Headers first: the request is closed once it was upgraded.
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return upgradeRequired();
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  const chosen = offered.split(",").map((name) => name.trim()).find((name) =>
    subprotocols.includes(name)
  );
  try {
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: chosen === undefined ? IDLE_TIMEOUT_S : 0,
      ...chosen === undefined ? {} : { protocol: chosen },
    });
    socket.onerror = () => {}; // a handshake that broke off; there is no connection to report on
    socket.onopen = () => opened(socket, chosen ?? "", accept, options);
    return response;
  } catch {
    return plainText(400, "This handshake does not open a WebSocket.\n");
  }
}

function opened(
  socket: WebSocket,
  subprotocol: string,
  accept: Accept,
  options: UpgradeOptions,
): void {
  try {
    const surroundings = { remote: options.remote ?? "unknown", subprotocol };
    const connection = attachWebSocket(socket, surroundings, accept);
    options.opened?.(connection, socket);
  } catch {
    // The owner threw, and the socket was closed with 4500: an error here would end the process.
  }
}

function upgradeRequired(): Response {
  const headers = { upgrade: "websocket", connection: "upgrade" };
  return plainText(426, "This address speaks WebSocket only.\n", headers);
}

/** A short answer for people. */
export function plainText(status: number, text: string, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  all.set("content-type", "text/plain; charset=utf-8");
  return new Response(text, { status, headers: all });
}
