import { deadline } from "@std/async";
import { TcpFaultProxy, type TcpFaultProxyOptions } from "./tcp_fault_proxy.ts";
import type { ProxiedConnection } from "./proxied_connection.ts";

/** How long anything may take that a test waits for, in ms. */
const PATIENCE_MS = 20_000;

/** A raw TCP socket of a test: what it reads is awaited with a deadline. */
export class TestSocket implements Disposable {
  readonly #socket: Deno.TcpConn;

  /** Takes a socket over. */
  constructor(socket: Deno.TcpConn) {
    socket.setNoDelay(true);
    this.#socket = socket;
  }

  /** Writes all of it; waits as long as the other side does not read. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
  }

  /** Says that nothing more comes. */
  closeWrite(): Promise<void> {
    return this.#socket.closeWrite();
  }

  /** What comes next: some bytes, the end, or a reset. */
  async next(): Promise<Uint8Array | "end" | "reset"> {
    const buffer = new Uint8Array(65_536);
    try {
      const count = await deadline(this.#socket.read(buffer), PATIENCE_MS);
      return count === null ? "end" : buffer.slice(0, count);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return "reset";
      throw error;
    }
  }

  /** Exactly so many bytes, in the pieces in which they came. */
  async pieces(count: number): Promise<Uint8Array[]> {
    const pieces: Uint8Array[] = [];
    for (let left = count; left > 0;) {
      const piece = await this.next();
      if (typeof piece === "string") throw new Error(`A ${piece} with ${left} bytes to come`);
      pieces.push(piece);
      left -= piece.length;
    }
    return pieces;
  }

  /** Exactly so many bytes. */
  async read(count: number): Promise<Uint8Array> {
    const pieces = await this.pieces(count);
    return new Uint8Array(await new Blob(pieces.map((piece) => piece.slice())).arrayBuffer());
  }

  /** All until the end, and how it ended. */
  async rest(): Promise<{ readonly bytes: number; readonly end: "end" | "reset" }> {
    for (let bytes = 0;;) {
      const piece = await this.next();
      if (typeof piece === "string") return { bytes, end: piece };
      bytes += piece.length;
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Two raw sockets that are connected through a proxy. */
export class SocketPair implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  /** The proxy between them. */
  readonly proxy: TcpFaultProxy;

  private constructor(listener: Deno.TcpListener, proxy: TcpFaultProxy) {
    this.#listener = listener;
    this.proxy = proxy;
  }

  /** A target that listens, and a proxy before it. */
  static async start(options: TcpFaultProxyOptions = {}): Promise<SocketPair> {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    return new SocketPair(
      listener,
      await TcpFaultProxy.start({ target: listener.addr.port, ...options }),
    );
  }

  /** Dials the proxy: the kernel answers, whatever the proxy does. */
  async dial(): Promise<TestSocket> {
    return new TestSocket(await Deno.connect({ port: this.proxy.port, hostname: "127.0.0.1" }));
  }

  /** What whoever dials sees first; a reset may come before the dial is done. */
  async firstWord(): Promise<Uint8Array | "end" | "reset"> {
    try {
      using socket = await this.dial();
      return await socket.next();
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return "reset";
      throw error;
    }
  }

  /** The next connection that reaches the target. */
  async accept(): Promise<TestSocket> {
    return new TestSocket(await deadline(this.#listener.accept(), PATIENCE_MS));
  }

  /** A connection from end to end. */
  async open(): Promise<
    { client: TestSocket; target: TestSocket; connection: ProxiedConnection } & Disposable
  > {
    const opened = this.proxy.next();
    const client = await this.dial();
    const target = await this.accept();
    const connection = await deadline(opened, PATIENCE_MS);
    const end = (): void => [client, target].forEach((socket) => socket[Symbol.dispose]());
    return { client, target, connection, [Symbol.dispose]: end };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    this.#listener.close();
  }
}

/** Waits until something is so, looking again and again. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const endAt = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > endAt) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
