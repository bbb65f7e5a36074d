/**
 * A TCP proxy that does to connections what networks and hosts do to them: delays, narrow lines, silence, half-closes,
 * resets, bytes in small pieces.
 *
 * It knows nothing of what it carries. Commands are methods, for the proxy as a whole (connections of now and those to come)
 * or for one connection or direction.
 *
 * @module
 */
import { createServer, type Server, type Socket } from "node:net";
import { ProxiedConnection, type Side } from "./proxied_connection.ts";
import { type DirectionFaults, NO_FAULTS } from "./proxied_direction.ts";

/** What a direction holds before it stops reading, in bytes. */
const BUFFER_BYTES = 256 * 1_024;
/** Connections of one proxy at a time; more are reset. */
const CONNECTIONS_MAX = 1_024;

/** How a proxy is made. */
export interface TcpFaultProxyOptions {
  /** Port of this host to forward to; `undefined` = whoever connects is reset. Default `undefined`. */
  readonly target?: number | undefined;
  /** What each direction holds before it stops reading, in bytes: with a delay, this bounds the speed. Default 256 KiB. */
  readonly bufferBytes?: number;
}

/**
 * How the whole proxy is cut. `reset`: open connections are reset, and new ones as soon as they come. `silent`: nothing
 * arrives and nobody is told; what is sent waits, as TCP does, and new connections are not answered.
 */
export type Cut = "reset" | "silent";

/** The proxy. */
export class TcpFaultProxy implements AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** Port to which new connections are forwarded; open ones stay where they are. `undefined` = they are reset. */
  target: number | undefined;
  readonly #server: Server;
  readonly #bufferBytes: number;
  readonly #forwarding = new Set<Promise<void>>();
  readonly #held = new Set<Socket>();
  readonly #connections = new Set<ProxiedConnection>();
  readonly #faults = { forth: NO_FAULTS, back: NO_FAULTS };
  #cut: { readonly how: Cut; readonly side: Side } | undefined;
  #opened = Promise.withResolvers<ProxiedConnection>();

  private constructor(server: Server, port: number, options: TcpFaultProxyOptions) {
    this.#server = server;
    this.port = port;
    this.target = options.target;
    this.#bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
    server.on("connection", (socket: Socket) => this.#accept(socket));
  }

  /** Listens on any free port. */
  static async start(options: TcpFaultProxyOptions = {}): Promise<TcpFaultProxy> {
    // Nothing is read from a client before the target is there.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, resolve);
    await promise;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port");
    return new TcpFaultProxy(server, address.port, options);
  }

  /** Connections that are open to both sides, oldest first. */
  get connections(): readonly ProxiedConnection[] {
    return [...this.#connections];
  }

  /** Connections that have come in and wait, because the proxy is cut silently. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** The next connection that is open to both sides, from now on. */
  next(): Promise<ProxiedConnection> {
    return this.#opened.promise;
  }

  /** Changes faults of open connections and of those to come. */
  set(side: Side, faults: Partial<DirectionFaults>): void {
    for (const one of side === "both" ? ["forth", "back"] as const : [side]) {
      this.#faults[one] = { ...this.#faults[one], ...faults };
    }
    for (const connection of this.#connections) connection.set(side, faults);
  }

  /**
   * Cuts the proxy until it is healed.
   *
   * @param side For a silent cut: the direction in which nothing arrives. No connection opens meanwhile, since that takes both.
   */
  cut(how: Cut, side: Side = "both"): void {
    this.#cut = { how, side };
    if (how === "reset") this.reset();
    for (const connection of this.#connections) this.#applyCut(connection);
  }

  /** Undoes a cut: what waited goes on. Faults that were set stay. */
  heal(): void {
    this.#cut = undefined;
    for (const connection of this.#connections) this.#applyCut(connection);
    const held = [...this.#held];
    this.#held.clear();
    for (const socket of held) this.#forward(socket);
  }

  /** Resets all connections of this moment. */
  reset(): void {
    for (const connection of this.#connections) connection.reset();
    for (const socket of this.#held) socket.resetAndDestroy();
  }

  /** Resets everything and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cut("reset");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
    await Promise.all(this.#forwarding);
  }

  #accept(socket: Socket): void {
    // Told to the connection, once there is one; without a listener it would end the process.
    socket.on("error", () => {});
    socket.on("close", () => this.#held.delete(socket));
    const count = this.#held.size + this.#forwarding.size;
    if (this.#cut?.how === "reset" || count >= CONNECTIONS_MAX) socket.resetAndDestroy();
    else if (this.#cut !== undefined) this.#held.add(socket);
    else this.#forward(socket);
  }

  /** Lives as long as the connection. */
  #forward(socket: Socket): void {
    const forwarding = this.#connect(socket).finally(() => this.#forwarding.delete(forwarding));
    this.#forwarding.add(forwarding);
  }

  async #connect(socket: Socket): Promise<void> {
    const { target } = this;
    if (target === undefined) return void socket.resetAndDestroy();
    let connection: ProxiedConnection;
    try {
      connection = await ProxiedConnection.open(socket, target, this.#bufferBytes);
    } catch {
      // Whoever dialled sees what it would see without a proxy, a little later.
      socket.resetAndDestroy();
      return;
    }
    // The proxy may have been cut, and the client may have gone, while the target was dialled.
    if (this.#cut?.how === "reset" || socket.destroyed) connection.reset();
    else this.#begin(connection);
    await connection.over();
    this.#connections.delete(connection);
  }

  #begin(connection: ProxiedConnection): void {
    this.#connections.add(connection);
    connection.forth.set(this.#faults.forth);
    connection.back.set(this.#faults.back);
    this.#applyCut(connection);
    this.#opened.resolve(connection);
    this.#opened = Promise.withResolvers();
  }

  #applyCut(connection: ProxiedConnection): void {
    for (const side of ["forth", "back"] as const) {
      const isCut = this.#cut?.how === "silent" && [side, "both"].includes(this.#cut.side);
      connection[side].cut(isCut);
    }
  }
}
