import type { ConnectionId, Dialect, DialId, EdgeEvent, WireMessage } from "../core/events.ts";
import { jsonCodec } from "../protocol/json_codec.ts";
import { SUBPROTOCOL_V1, v1Codec } from "../protocol/v1_codec.ts";
import { LiveConnection } from "./live_connection.ts";
import { jsonSpeech, type Speech, v1Speech } from "./speech.ts";
import type { Closing, Connection, ConnectionReader, Frame } from "./transport.ts";

/** What the connections of a driver need from it. */
export interface ConnectionBookEdges {
  /** The present instant, in ms. */
  readonly now: () => number;
  /** Takes an event; `from` is the connection a frame came over. */
  readonly happened: (event: EdgeEvent, from: LiveConnection | undefined) => void;
  /** Hears of messages that could not be written. */
  readonly failed: (error: unknown) => void;
  /** Frames of the `json` dialect. */
  readonly jsonFrames: "binary" | "text";
}

/** The open connections of one driver: numbers them, reads and writes their frames, watches their send queues. */
export class ConnectionBook {
  readonly #edges: ConnectionBookEdges;
  readonly #speeches: Readonly<Record<Dialect, Speech>>;
  readonly #connections = new Map<ConnectionId, LiveConnection>();
  readonly #unflushed = new Set<LiveConnection>();
  readonly #congested = new Set<LiveConnection>();
  #last = 0;
  #isOver = false;
  #emptied: () => void = () => {};

  /** An empty book. */
  constructor(edges: ConnectionBookEdges) {
    this.#edges = edges;
    this.#speeches = {
      "json": jsonSpeech(jsonCodec({ frames: edges.jsonFrames })),
      "farcall.v1": v1Speech(v1Codec()),
    };
  }

  /** Whether some connection must be looked at again: transports have no event for "taken". */
  get hasCongested(): boolean {
    return this.#congested.size > 0;
  }

  /** Takes a connection that is open; `dial` tells which of ours it is. */
  open(connection: Connection, dial: DialId | undefined): ConnectionReader {
    this.#last += 1;
    const id = this.#last;
    const dialect = connection.subprotocol === SUBPROTOCOL_V1 ? "farcall.v1" : "json";
    const speech = this.#speeches[dialect];
    const live = new LiveConnection(id, dialect, connection, speech);
    this.#connections.set(id, live);
    if (this.#isOver) {
      live.end(1001, "going away");
      live.flush();
    } else {
      const { remote } = connection;
      const now = this.#edges.now();
      this.#happened({ type: "opened", connection: id, dialect, dial, remote, now });
    }
    return {
      received: (frame) => this.#received(live, speech, frame),
      closed: (closing) => this.#closed(live, closing),
    };
  }

  /** Adds a message to what the next flush sends. A connection that is gone takes nothing. */
  send(connection: ConnectionId, message: WireMessage): void {
    const live = this.#connections.get(connection);
    if (live === undefined) return;
    live.queue(message);
    this.#unflushed.add(live);
  }

  /** Ends a connection with the next flush. */
  close(connection: ConnectionId, code: number, reason: string): void {
    const live = this.#connections.get(connection);
    if (live === undefined) return;
    live.end(code, reason);
    this.#unflushed.add(live);
  }

  /** Sends what is queued. */
  flush(): void {
    if (this.#unflushed.size === 0) return;
    const now = this.#edges.now();
    const unflushed = [...this.#unflushed];
    this.#unflushed.clear();
    for (const live of unflushed) {
      const trouble = live.flush();
      if (trouble !== undefined) this.#edges.failed(new Error(trouble));
      this.#lookAt(live, now);
    }
  }

  /** Looks at the send queues that were too long. */
  lookAtCongested(): void {
    const now = this.#edges.now();
    for (const live of [...this.#congested]) this.#lookAt(live, now);
  }

  /** Ends all connections, and those still to come; resolves when all are over. */
  async endAll(): Promise<void> {
    this.#isOver = true;
    for (const live of this.#connections.values()) {
      live.end(1001, "going away");
      this.#unflushed.add(live);
    }
    this.flush();
    if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#emptied = resolve);
  }

  #lookAt(live: LiveConnection, now: number): void {
    if (live.isEnding) return void this.#congested.delete(live);
    const pressure = live.pressure(now);
    if (live.isCongested) this.#congested.add(live);
    else this.#congested.delete(live);
    if (pressure === "congested" || pressure === "drained") {
      this.#happened({ type: pressure, connection: live.id, now });
    } else if (pressure !== undefined) {
      this.#congested.delete(live);
      live.end(4408, pressure === "stuck" ? "peer does not read" : "send queue is full");
      live.flush();
    }
  }

  #received(live: LiveConnection, speech: Speech, frame: Frame): void {
    if (live.isEnding || this.#isOver) return;
    const decoded = speech.read(frame);
    const now = this.#edges.now();
    const connection = live.id;
    if (decoded.ok) {
      this.#happened({ type: "received", connection, messages: decoded.messages, now }, live);
    } else {
      this.#happened({ type: "malformed", connection, error: decoded.error, now }, live);
    }
  }

  #closed(live: LiveConnection, closing: Closing): void {
    if (!this.#connections.delete(live.id)) return;
    this.#unflushed.delete(live);
    this.#congested.delete(live);
    const { code, reason } = closing;
    const now = this.#edges.now();
    this.#happened({ type: "closed", connection: live.id, code, reason, now });
    if (this.#connections.size === 0) this.#emptied();
  }

  #happened(event: EdgeEvent, from?: LiveConnection): void {
    this.#edges.happened(event, from);
  }
}
