/**
 * The pump: a way around a stall of about 40 ms.
 *
 * The platform's WebSocket client leaves Nagle's algorithm on and offers no switch for it. So this side opens the TCP
 * connection itself, with TCP_NODELAY and with TLS where the URL says so, and lets the WebSocket reach it through a unix
 * socket: bytes are pumped between the two. The peer notices nothing.
 *
 * Every dial gets a socket file of its own in a private directory (mode 0700: whoever could open it could use the
 * connection). It accepts exactly once and is removed then. Because TCP and TLS are done before the WebSocket exists,
 * their failures reach the dialer as what they are.
 *
 * @module
 */

import { DialledSockets } from "./dialled_sockets.ts";
import { DialError } from "./transport.ts";
import type { Accept, DialTarget } from "./transport.ts";
import { openWebSocket } from "./websocket_opening.ts";

/** How a {@linkcode Pump} connects. */
export interface PumpOptions {
  /** Certificates of authorities to trust besides the platform's own, each in PEM. */
  readonly caCerts?: readonly string[];
  /** Opens the TCP connection. Default: `Deno.connect`. For tests and for ways through a tunnel. */
  readonly connect?: (options: Deno.ConnectOptions) => Promise<Deno.TcpConn>;
}

type Way = Deno.TcpConn | Deno.TlsConn;

/** Opens WebSockets through unix sockets in one private directory. */
export class Pump {
  readonly #directory: string;
  readonly #caCerts: string[];
  readonly #connect: (options: Deno.ConnectOptions) => Promise<Deno.TcpConn>;
  readonly #sockets = new DialledSockets();
  #dials = 0;

  private constructor(directory: string, options: PumpOptions) {
    this.#directory = directory;
    this.#caCerts = [...options.caCerts ?? []];
    this.#connect = options.connect ?? Deno.connect;
  }

  /**
   * Makes the private directory.
   *
   * @returns `undefined` where a pump can't run: on Windows, without permission to write, on a path that unix sockets
   * can't have. Never asks the user for a permission.
   */
  static async create(options: PumpOptions = {}): Promise<Pump | undefined> {
    if (Deno.build.os === "windows") return undefined;
    for (const name of ["read", "write"] as const) {
      if ((await Deno.permissions.query({ name })).state !== "granted") return undefined;
    }
    let directory: string | undefined;
    try {
      directory = await Deno.makeTempDir({ prefix: "farcall-" });
      await Deno.chmod(directory, 0o700);
      const pump = new Pump(directory, options);
      const trial = Deno.listen({ transport: "unix", path: pump.#nextPath() });
      trial.close();
      return pump;
    } catch {
      if (directory !== undefined) await Deno.remove(directory, { recursive: true });
      return undefined;
    }
  }

  /** The private directory. */
  get directory(): string {
    return this.#directory;
  }

  /**
   * Opens one connection.
   *
   * @param url The target's URL, checked.
   * @param signal A signal whose reason is a {@linkcode DialError}.
   * @throws {DialError}
   */
  async open(url: URL, target: DialTarget, accept: Accept, signal: AbortSignal): Promise<void> {
    const tcp = await this.#connectTcp(url, target, signal);
    const way = url.protocol === "wss:" ? await this.#startTls(tcp, url, target, signal) : tcp;
    const { client, cut } = this.#pump(way, target);
    try {
      // Cuts the way itself when the socket does not open; an owner that throws in `accept` gets a goodbye through.
      const socket = webSocketThrough(client, url, target, cut);
      this.#sockets.add(socket);
      await openWebSocket(socket, target, accept, signal, cut);
    } finally {
      client.close();
    }
  }

  /** Waits for goodbyes under way and removes the private directory. Connections that are open live on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets.goodbyes();
    await Deno.remove(this.#directory, { recursive: true }).catch(ignore);
  }

  #pump(way: Way, target: DialTarget): Pumped {
    try {
      return pumpOnce(this.#nextPath(), way);
    } catch (cause) {
      closeQuietly(way);
      const message = `No unix socket could be made to dial ${target.url}`;
      throw new DialError("refused", target.url, message, cause);
    }
  }

  #nextPath(): string {
    this.#dials += 1;
    return `${this.#directory}/${this.#dials}`;
  }

  async #connectTcp(url: URL, target: DialTarget, signal: AbortSignal): Promise<Deno.TcpConn> {
    const port = Number(url.port || (url.protocol === "wss:" ? 443 : 80));
    try {
      const tcp = await this.#connect({ hostname: bareHostname(url), port, signal });
      tcp.setNoDelay(true);
      return tcp;
    } catch (cause) {
      signal.throwIfAborted();
      throw new DialError(
        "refused",
        target.url,
        `Nobody accepts connections at ${target.url}`,
        cause,
      );
    }
  }

  async #startTls(
    tcp: Deno.TcpConn,
    url: URL,
    target: DialTarget,
    signal: AbortSignal,
  ): Promise<Deno.TlsConn> {
    let tls: Deno.TlsConn | undefined;
    const stop = (): void => closeQuietly(tls ?? tcp);
    signal.addEventListener("abort", stop);
    try {
      tls = await Deno.startTls(tcp, {
        hostname: bareHostname(url),
        caCerts: this.#caCerts,
        alpnProtocols: ["http/1.1"],
      });
      await tls.handshake();
      return tls;
    } catch (cause) {
      stop();
      signal.throwIfAborted();
      const message = `${target.url} has no certificate this side trusts, or does not speak TLS`;
      throw new DialError("tls", target.url, message, cause);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

/** One unix socket that leads to one connection. */
interface Pumped {
  /** Makes a WebSocket take this way. */
  readonly client: Deno.HttpClient;
  /** Ends both sides at once. */
  readonly cut: () => void;
}

function pumpOnce(path: string, way: Way): Pumped {
  const listener = Deno.listen({ transport: "unix", path });
  let near: Deno.UnixConn | undefined;
  const stopListening = (): void => {
    closeQuietly(listener);
    removeQuietly(path);
  };
  const cut = (): void => {
    stopListening();
    closeQuietly(way);
    if (near !== undefined) closeQuietly(near);
  };
  listener.accept().then((accepted) => {
    near = accepted;
    stopListening();
    way.readable.pipeTo(accepted.writable).catch(ignore);
    // Once the WebSocket is gone nobody reads what the peer may still say.
    accepted.readable.pipeTo(way.writable).catch(ignore).finally(cut);
  }, ignore);
  return { client: Deno.createHttpClient({ proxy: { transport: "unix", path } }), cut };
}

/** The WebSocket speaks ws: to the pump; `Host` and path come from the real URL. */
function webSocketThrough(
  client: Deno.HttpClient,
  url: URL,
  target: DialTarget,
  cut: () => void,
): WebSocket {
  const near = new URL(url.href.replace(/^wss:/, "ws:"));
  try {
    const headers = { ...target.headers };
    return new WebSocket(near, { client, protocols: [...target.subprotocols], headers });
  } catch (cause) {
    cut();
    const message = `The platform does not allow dialling ${target.url}`;
    throw new DialError("refused", target.url, message, cause);
  }
}

/** The host without the brackets of an IPv6 address. */
function bareHostname(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function closeQuietly(resource: { close(): void }): void {
  try {
    resource.close();
  } catch {
    // Closed already.
  }
}

/** Synchronous, because nobody waits for it and it must be gone when the dialer's end removes the directory. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Removed already.
  }
}

function ignore(): void {}
