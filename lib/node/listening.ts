import { PIECES_SUBPROTOCOL } from "../edges/piece_frames.ts";
import type { Accept, Listener } from "../edges/transport.ts";
import { listenWebSocket } from "../edges/websocket_listener.ts";
import { SUBPROTOCOL_V1 } from "../protocol/v1_codec.ts";
import type { NodeTls } from "./options.ts";

/** What a node speaks, to be used with `acceptPieces`: dialling sockets that stall need pieces. */
export const NODE_SUBPROTOCOLS: readonly string[] = [PIECES_SUBPROTOCOL, SUBPROTOCOL_V1];

/** Listens for WebSockets at a URL; one with a path takes connections at that path only. */
export function listenAt(
  url: URL,
  tls: NodeTls | undefined,
  subprotocols: readonly string[],
  accept: Accept,
): Promise<Listener> {
  const isSecure = url.protocol === "wss:";
  return listenWebSocket({
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    ...(url.pathname === "/" ? {} : { path: url.pathname }),
    ...(isSecure && tls !== undefined ? tls : {}),
    subprotocols,
  }, accept);
}

/**
 * The URL under which a node that listens there is known: as it was written, since URLs of nodes are compared letter by
 * letter, with the real port in place of 0.
 */
export function advertisedUrl(written: string, listening: string): string {
  if (new URL(written).port !== "0") return written;
  return written.replace(/:0(?=[/?]|$)/, `:${new URL(listening).port}`);
}
