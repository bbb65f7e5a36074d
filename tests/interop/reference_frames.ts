import { frameOf, type Hello } from "./reference_wire.ts";

/** Writes the frames in which a node of the reference speaks for itself. */
export class ReferenceFrames {
  readonly #url: string;
  readonly #cluster: string;
  readonly #nextId: () => number;

  constructor(url: string, cluster: string, nextId: () => number) {
    this.#url = url;
    this.#cluster = cluster;
    this.#nextId = nextId;
  }

  /** A HELLO with this node's own cluster and URL in it, whoever it is about. */
  hello(hello: Partial<Hello> & { readonly funs: readonly string[] }): Uint8Array<ArrayBuffer> {
    return this.server({
      what: "HELLO",
      funs: hello.funs,
      locs: hello.locs ?? [],
      cluster_id: this.#cluster,
      advertised_urls: [this.#url],
      hop_count: hello.hop_count ?? 0,
      max_hops: hello.max_hops ?? 3,
      announcement_id: hello.announcement_id ?? "",
      original_source: hello.original_source ?? "",
    });
  }

  /** Thanks for an announcement. */
  ack({ announcement_id, funs }: Hello, now: number): Uint8Array<ArrayBuffer> {
    return this.server({
      what: "HELLO_ACK",
      original_announcement_id: announcement_id,
      acknowledged_functions: funs,
      acknowledging_server: this.#url,
      timestamp: now / 1000,
    });
  }

  /** A GOODBYE of this node. */
  goodbye(now: number): Uint8Array<ArrayBuffer> {
    return this.server({
      what: "GOODBYE",
      departing_node_url: this.#url,
      cluster_id: this.#cluster,
      reason: "graceful_shutdown",
      timestamp: now / 1000,
    });
  }

  /** Any other server message. */
  server(server: unknown): Uint8Array<ArrayBuffer> {
    return frameOf({ role: "server", server, u: `R${this.#nextId()}` });
  }
}
