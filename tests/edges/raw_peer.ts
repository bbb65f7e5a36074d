import { deadline } from "@std/async";

/** How long anything may take that a test waits for, in ms. */
const PATIENCE_MS = 10_000;

/** A life that no real node has. */
export const SOME_LIFE = "01HZZZZZZZZZZZZZZZZZZZZZZZ";

/** How a connection ended. */
export interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket that sends whatever a test wants, and keeps what comes. */
export class RawPeer implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #frames: string[] = [];
  readonly #ended = Promise.withResolvers<Ended>();
  #more = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#frames.push(typeof data === "string" ? data : new TextDecoder().decode(data));
      this.#more.resolve();
    };
    socket.onclose = ({ code, reason }) => {
      this.#ended.resolve({ code, reason });
      this.#more.resolve();
    };
  }

  /** A connection that is open and has said nothing yet. */
  static async open(url: string, subprotocols: readonly string[] = []): Promise<RawPeer> {
    const socket = new WebSocket(url, [...subprotocols]);
    const peer = new RawPeer(socket);
    await within("an open socket", new Promise((resolve) => socket.onopen = resolve));
    return peer;
  }

  /** A `farcall.v1` connection that has shaken hands in a role. */
  static async in(role: Role, url: string, self: string): Promise<RawPeer> {
    const peer = await RawPeer.open(url, ["farcall.v1"]);
    if (role === "stranger") return peer;
    peer.say(hello(role, self));
    await peer.next();
    return peer;
  }

  /** Sends a frame as it is. */
  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(frame);
  }

  /** Sends messages of `farcall.v1` in one frame. */
  say(...messages: readonly unknown[]): void {
    this.send(JSON.stringify(messages));
  }

  /** The next frame, parsed. */
  async next(): Promise<unknown> {
    while (this.#frames.length === 0) {
      if (this.#socket.readyState === WebSocket.CLOSED) throw new Error("The connection ended");
      this.#more = Promise.withResolvers();
      await within("a frame", this.#more.promise);
    }
    return JSON.parse(this.#frames.shift() ?? "");
  }

  /** The next frame in which a message has this type, alone; other messages are left out. */
  async nextOf(type: string): Promise<unknown[]> {
    for (;;) {
      const frame = await this.next();
      const found = Array.isArray(frame) ? frame.filter((message) => message.type === type) : [];
      if (found.length > 0) return found;
    }
  }

  /** How the other side ended it. */
  ended(): Promise<Ended> {
    return within("the end of the connection", this.#ended.promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.ended();
  }
}

/** Who a peer says it is; a stranger says nothing. */
export type Role = "stranger" | "client" | "caller" | "link";

/** The first message of a peer. */
export function hello(role: string, url: string): Record<string, unknown> {
  return role === "client"
    ? { type: "hello", role }
    : { type: "hello", role, url, cluster: "default", incarnation: SOME_LIFE };
}

/** Waits, but not for ever. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  try {
    return await deadline(promise, PATIENCE_MS);
  } catch (cause) {
    throw new Error(`Waited in vain for ${what}`, { cause });
  }
}
