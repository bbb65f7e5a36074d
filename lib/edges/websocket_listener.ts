/**
 * A listener for WebSockets on a port of its own.
 *
 * Sockets accepted here have TCP_NODELAY: answers never stall.
 *
 * @module
 */

import { ListenError } from "./transport.ts";
import type { Accept, Connection, Listener } from "./transport.ts";
import { plainText, upgradeRequest } from "./websocket_upgrade.ts";

/** How long peers get to answer our close before the server's end cuts them off, in ms. */
const CLOSE_GRACE_MS = 1_000;

/** Where and how to listen. */
export interface WebSocketListenOptions {
  /** Default: `"127.0.0.1"`, so that nobody outside gets in by accident. */
  readonly hostname?: string;
  /** Default: 0, any free port. */
  readonly port?: number;
  /** Subprotocols this side speaks. */
  readonly subprotocols: readonly string[];
  /** Certificate chain in PEM; with `key`, the listener speaks `wss:` only. */
  readonly cert?: string;
  /** Private key in PEM. */
  readonly key?: string;
  /** The only path that opens WebSockets; others get 404. Default: every path. */
  readonly path?: string;
  /**
   * Looks at a request for a WebSocket before anything is opened: authentication, origins, counts. A response refuses
   * it. Default: everybody may in.
   */
  readonly admit?: (
    request: Request,
    remote: string,
  ) => Response | undefined | Promise<Response | undefined>;
}

/**
 * Listens for WebSockets.
 *
 * @param options Where and how.
 * @param accept Called for each connection when it is open.
 * @throws {ListenError} If it can't listen there, most often because the port is taken.
 *
 * @example
 * ```ts ignore
 * const listener = await listenWebSocket({ port: 8080, subprotocols: ["farcall.v1"] }, accept);
 * console.log(listener.url); // "ws://127.0.0.1:8080/"
 * await listener.close();
 * ```
 */
// deno-lint-ignore require-await -- callers get every failure as a rejection, whatever the platform does
export async function listenWebSocket(
  options: WebSocketListenOptions,
  accept: Accept,
): Promise<Listener> {
  const open = new OpenSockets();
  const { hostname = "127.0.0.1", port = 0, cert, key } = options;
  const address = { hostname, port, onListen: (): void => {}, onError: failed };
  const handle = handler(options, accept, open);
  try {
    const secure = cert !== undefined && key !== undefined;
    const server = secure
      ? Deno.serve({ ...address, cert, key }, handle)
      : Deno.serve(address, handle);
    const authority = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${server.addr.port}`;
    const url = new URL(options.path ?? "/", `${secure ? "wss" : "ws"}://${authority}`).href;
    return new WebSocketListener(url, server, open);
  } catch (cause) {
    throw listenError(`${hostname}:${port}`, cause);
  }
}

function handler(
  options: WebSocketListenOptions,
  accept: Accept,
  open: OpenSockets,
): Deno.ServeHandler<Deno.NetAddr> {
  return async (request, info) => {
    const remote = `${info.remoteAddr.hostname}:${info.remoteAddr.port}`;
    if (options.path !== undefined && new URL(request.url).pathname !== options.path) {
      return plainText(404, "There is nothing here.\n");
    }
    const refusal = await options.admit?.(request, remote);
    if (refusal !== undefined) return refusal;
    if (open.stopped) return plainText(503, "This listener is closing.\n");
    return upgradeRequest(request, options.subprotocols, accept, {
      remote,
      opened: (connection, socket) => open.add(connection, socket),
    });
  };
}

/** An error in `admit` must not tell strangers what it was. */
function failed(): Response {
  return plainText(500, "Internal error.\n");
}

function listenError(address: string, cause: unknown): ListenError {
  if (cause instanceof Deno.errors.AddrInUse) {
    const message = `${address} is taken by another listener`;
    return new ListenError("address_in_use", address, message, cause);
  }
  if (cause instanceof Deno.errors.NotCapable || cause instanceof Deno.errors.PermissionDenied) {
    const message = `This process is not permitted to listen on ${address}`;
    return new ListenError("not_permitted", address, message, cause);
  }
  return new ListenError("invalid", address, `Can't listen on ${address}`, cause);
}

/** The sockets of one listener that are not wholly closed yet. */
class OpenSockets {
  readonly #connections = new Map<WebSocket, Connection>();
  #emptied: (() => void) | undefined;
  stopped = false;

  add(connection: Connection, socket: WebSocket): void {
    this.#connections.set(socket, connection);
    socket.addEventListener("close", () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#emptied?.();
    });
    if (this.stopped) connection.close(1000, "listener closed");
  }

  /** Closes what is open and resolves when all have said goodbye, or had time to. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const connection of this.#connections.values()) connection.close(1000, "listener closed");
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_GRACE_MS);
      this.#emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

class WebSocketListener implements Listener {
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #open: OpenSockets;
  #closing: Promise<void> | undefined;

  constructor(url: string, server: Deno.HttpServer<Deno.NetAddr>, open: OpenSockets) {
    this.url = url;
    this.#server = server;
    this.#open = open;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The server's end kills sockets without a goodbye, so they say it before. */
  async #close(): Promise<void> {
    await this.#open.stop();
    await this.#server.shutdown();
  }
}
