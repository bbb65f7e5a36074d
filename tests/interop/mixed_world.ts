/** Nodes of both kinds in one network inside the test, under one clock. */

import {
  connect,
  type FarcallClient,
  type FarcallNode,
  type NodeOptions,
  startNode,
} from "../../mod.ts";
import type { Entropy, Seed } from "../../lib/edges/entropy.ts";
import { MemoryNetwork } from "../../lib/edges/memory_network.ts";
import type { Connection } from "../../lib/edges/transport.ts";
import type { JsonObject } from "../../lib/protocol/json_value.ts";
import { listOf, objectOf, parsed } from "./conversations.ts";
import { ManualClock } from "./manual_clock.ts";
import { ReferenceNode, type ReferenceNodeOptions } from "./reference_node.ts";

/** A socket written and read by hand. */
export interface RawSocket {
  /** Everything that came, in order. */
  readonly got: JsonObject[];
  /** How it came: nodes must send bytes. */
  readonly isBinary: boolean[];
  readonly isClosed: () => boolean;
  send(frame: string | JsonObject): Promise<void>;
  close(): Promise<void>;
}

const ENTROPY: Entropy = { seed: (): Seed => [1, 2, 3, 4] };

/** One network and all that a test starts in it. */
export class MixedWorld implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock();
  readonly network: MemoryNetwork = new MemoryNetwork();
  readonly #ends: (() => Promise<void> | void)[] = [];
  readonly #references = new Map<ReferenceNode, () => Promise<void>>();
  #ports = 7_000;

  /** A URL that nobody has yet. */
  nextUrl(): string {
    this.#ports += 1;
    return `ws://127.0.0.1:${this.#ports}`;
  }

  /** Starts one of our nodes. */
  async farcall(options: NodeOptions = {}): Promise<FarcallNode> {
    const url = options.listen ?? this.nextUrl();
    const node = await startNode({
      cluster: "demo-cluster",
      onError: () => {},
      ...options,
      listen: url,
      edges: {
        dialer: this.network.dialer(url),
        listen: (at, subprotocols, accept) =>
          Promise.resolve(this.network.listen(at, accept, subprotocols)),
        clock: this.clock,
        entropy: ENTROPY,
      },
    });
    this.#ends.push(() => node.drain({ timeout: 0 }));
    return node;
  }

  /** Starts a node of the reference. */
  reference(options: Partial<ReferenceNodeOptions> = {}): ReferenceNode & { readonly url: string } {
    const url = options.url ?? this.nextUrl();
    const dialer = this.network.dialer(url);
    const base = { cluster: "demo-cluster", dialer, clock: this.clock, ...options, url };
    const node = Object.assign(new ReferenceNode(base), { url });
    const listener = this.network.listen(url, node.accept);
    const end = (): Promise<void> => {
      node.kill();
      return listener.close();
    };
    this.#references.set(node, end);
    this.#ends.push(end);
    return node;
  }

  /** A reference node dies, and nobody listens there. */
  async end(node: ReferenceNode): Promise<void> {
    await this.#references.get(node)?.();
    await this.clock.settle();
  }

  /** Connects one of our clients. */
  async client(url: string, dialects?: readonly ("json" | "farcall.v1")[]): Promise<FarcallClient> {
    const dialer = this.network.dialer("client");
    const more = dialects === undefined ? {} : { dialects };
    const client = await connect(url, { dialer, clock: this.clock, entropy: ENTROPY, ...more });
    this.#ends.push(() => client.close());
    return client;
  }

  /** Opens a socket that a test speaks over itself. */
  async raw(url: string): Promise<RawSocket> {
    const got: JsonObject[] = [];
    const isBinary: boolean[] = [];
    let isClosed = false;
    const { promise, resolve } = Promise.withResolvers<Connection>();
    const target = { url, subprotocols: [], timeoutMs: 1_000 };
    await this.network.dialer("raw").dial(target, (connection) => {
      resolve(connection);
      return {
        received: (frame) => {
          const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
          isBinary.push(typeof frame !== "string");
          got.push(parsed(text) ?? {});
        },
        closed: () => void (isClosed = true),
      };
    }, new AbortController().signal);
    const connection = await promise;
    return {
      got,
      isBinary,
      isClosed: () => isClosed,
      send: async (frame) => {
        connection.send(typeof frame === "string" ? frame : JSON.stringify(frame));
        await this.clock.settle();
      },
      close: async () => {
        connection.close(1000, "");
        await this.clock.settle();
      },
    };
  }

  /** Ends everything, the last first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    await this.clock.settle();
  }
}

/** Names of the functions that a node lists, each as `function@distance`. */
export function heard(node: FarcallNode): string[] {
  return node.listOffers().map(({ fun, distance }) => `${fun}@${distance}`).sort();
}

/** HELLOs among what a reference node got from a URL. */
export function hellosFrom(
  { got }: ReferenceNode,
  url: string,
): { readonly atMs: number; readonly from: string; readonly hello: JsonObject }[] {
  return got.flatMap(({ atMs, from, json }) => {
    const hello = objectOf(json["server"]);
    const isFrom = listOf(hello["advertised_urls"])[0] === url;
    return hello["what"] === "HELLO" && isFrom ? [{ atMs, from, hello }] : [];
  });
}
