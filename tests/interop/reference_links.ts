/** What a node of the reference dials: peer links, sockets for one announcement each, and call links. */

import type { Accept, Connection, ConnectionReader, Dialer } from "../../lib/edges/transport.ts";
import type { JsonObject } from "../../lib/protocol/json_value.ts";
import { objectOf } from "./conversations.ts";
import { isTooLong } from "./reference_calls.ts";
import { type Hello, helloOf, readFrame } from "./reference_wire.ts";

/** What a node does with its links. */
export interface LinkOwner {
  /** The handshake that a link begins with. */
  handshake(): Uint8Array<ArrayBuffer>;
  /** A message came over a link. */
  note(json: JsonObject): void;
  /** A HELLO came over the link that was dialled so. */
  helloed(dialedUrl: string, hello: Hello): void;
  /** A GOODBYE came over a link. */
  departed(url: string): void;
}

/** The sockets that a node dialled. */
export class ReferenceLinks {
  readonly #dialer: Dialer;
  readonly #open: Set<Connection>;
  readonly #owner: LinkOwner;
  readonly #links = new Map<string, Connection>();
  readonly #dialing = new Set<string>();

  /** @param open Where each socket stands while it is open. */
  constructor(dialer: Dialer, open: Set<Connection>, owner: LinkOwner) {
    this.#dialer = dialer;
    this.#open = open;
    this.#owner = owner;
  }

  /** Dials a peer link, unless it is there. */
  async connect(url: string): Promise<void> {
    if (this.#links.has(url) || this.#dialing.has(url)) return;
    this.#dialing.add(url);
    try {
      await this.dial(url, (connection) => {
        this.#links.set(url, connection);
        connection.send(this.#owner.handshake());
        return this.#reader(url, connection);
      });
    } catch {
      // It is dialled again by the next maintenance.
    } finally {
      this.#dialing.delete(url);
    }
  }

  /** Sends over all peer links. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    for (const link of this.#links.values()) link.send(frame);
  }

  /** Sends over all peer links, and to each other peer over a socket only for this, which nobody ever closes. */
  tell(frame: Uint8Array<ArrayBuffer>, peers: readonly string[]): void {
    this.send(frame);
    for (const url of peers) {
      if (this.#links.has(url)) continue;
      const send = (connection: Connection): ConnectionReader => {
        connection.send(frame);
        return { received: () => {}, closed: () => {} };
      };
      this.dial(url, send).catch(() => {});
    }
  }

  /** Closes the link to a peer. */
  close(url: string): void {
    this.#links.get(url)?.close(1000, "");
    this.#links.delete(url);
  }

  /** Dials. */
  dial(url: string, accept: Accept): Promise<void> {
    const target = { url, subprotocols: [], timeoutMs: 10_000 };
    return this.#dialer.dial(target, (connection) => {
      this.#open.add(connection);
      const reader = accept(connection);
      return {
        received: (frame) => reader.received(frame),
        closed: (closing) => {
          this.#open.delete(connection);
          reader.closed(closing);
        },
      };
    }, new AbortController().signal);
  }

  #reader(url: string, connection: Connection): ConnectionReader {
    let isDeaf = false;
    return {
      received: (frame) => {
        if (isDeaf || isTooLong(connection, frame)) return;
        const read = readFrame(frame);
        if (read.kind !== "message") {
          isDeaf = true;
          return;
        }
        this.#owner.note(read.json);
        const server = objectOf(read.json["server"]);
        if (server["what"] === "GOODBYE") {
          this.#owner.departed(String(server["departing_node_url"]));
        }
        if (server["what"] === "HELLO") this.#owner.helloed(url, helloOf(server));
      },
      closed: () => {
        if (this.#links.get(url) === connection) this.#links.delete(url);
      },
    };
  }
}
