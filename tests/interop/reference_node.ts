/**
 * A stand-in for a node of the reference: on the wire it does what the recordings show, quirks included.
 *
 * Theory of operation. What it understands depends on who dialled: on sockets that came in everything, strictly one after
 * another; on a peer link that it dialled HELLO and GOODBYE, and one bad frame makes it deaf there; on a call link answers to
 * calls. It floods announcements with dedup by first arrival and the rule of the own cluster, forgets nothing but by
 * GOODBYE, and lets remote failures end in silence.
 *
 * Two things are easy to get too kind. A HELLO over a link that it dialled counts for the node that it dialled, whatever
 * source the HELLO names, and is passed on to nobody. A GOODBYE takes effect after everything that has come in with it: a
 * HELLO that follows at once is taken first, and what it said is gone with the rest.
 */

import type { Clock } from "../../lib/edges/system_clock.ts";
import type { Accept, Connection, Dialer, Frame } from "../../lib/edges/transport.ts";
import type { JsonObject, JsonValue } from "../../lib/protocol/json_value.ts";
import { listOf, objectOf } from "./conversations.ts";
import { ReferenceCalls } from "./reference_calls.ts";
import { ReferenceFrames } from "./reference_frames.ts";
import { ReferenceFunctions } from "./reference_functions.ts";
import { ReferenceLinks } from "./reference_links.ts";
import { ReferencePeerList } from "./reference_peer_list.ts";
import { ReferenceFailure, runRequest, type Step } from "./reference_request.ts";
import {
  frameOf,
  type Hello,
  helloOf,
  readFrame,
  responseOf,
  tracebackOf,
} from "./reference_wire.ts";

/** A function of such a node. */
export type ReferenceFunction = (
  args: readonly JsonValue[],
  kwargs: JsonObject,
) => JsonValue | Promise<JsonValue>;

/** What such a node is made from. */
export interface ReferenceNodeOptions {
  readonly url: string;
  readonly cluster: string;
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** Resources of the node, under which a handshake lists all its functions. Default: none. */
  readonly resources?: readonly string[];
  /** Whether it lets nodes of other clusters in. Default: no. */
  readonly isPermissive?: boolean;
  /** How often it dials unknown peers and gossips, in ms; `Infinity` = never. Default 5,000. */
  readonly gossipIntervalMs?: number;
}

/** A frame that the node got. */
export interface GotFrame {
  readonly atMs: number;
  readonly from: "accepted" | "link" | "call";
  readonly json: JsonObject;
}

const CALL_TIMEOUT_MS = 30_000;

/** One node. */
export class ReferenceNode {
  /** Everything that it got, for tests. */
  readonly got: GotFrame[] = [];
  /** Who offers what. */
  readonly table: ReferenceFunctions = new ReferenceFunctions();
  readonly #options: ReferenceNodeOptions;
  readonly #functions = new Map<string, ReferenceFunction>();
  readonly #peers: ReferencePeerList;
  readonly #frames: ReferenceFrames;
  readonly #links: ReferenceLinks;
  readonly #calls: ReferenceCalls;
  readonly #open = new Set<Connection>();
  readonly #given = new WeakSet<Connection>();
  readonly #seen = new Set<string>();
  #ids = 0;
  #cancelMaintenance: () => void = () => {};
  #isStopped = false;

  constructor(options: ReferenceNodeOptions) {
    this.#options = options;
    const { url, cluster, dialer } = options;
    this.#peers = new ReferencePeerList(url, cluster, this.#now);
    this.#frames = new ReferenceFrames(url, cluster, () => this.#nextId());
    const links = this.#links = new ReferenceLinks(dialer, this.#open, {
      handshake: () => this.#frames.hello(this.#handshake()),
      note: (json) => this.#note("link", json),
      helloed: (dialedUrl, hello) => this.#learned(hello, dialedUrl),
      departed: (departing) => this.#departed(departing),
    });
    this.#calls = new ReferenceCalls(
      (to, accept) => links.dial(to, accept),
      (json) => this.#note("call", json),
    );
    this.#scheduleMaintenance();
  }

  /** Peers in its list, itself not counted. */
  get peers(): readonly string[] {
    return this.#peers.urls;
  }

  /** Sockets open in both directions. */
  get openCount(): number {
    return this.#open.size;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** Has a function from now on, and announces it where it knows anybody. */
  register(fun: string, run: ReferenceFunction, locs: readonly string[] = []): void {
    const { url } = this.#options;
    this.#functions.set(fun, run);
    this.table.add(fun, locs, url);
    const id = `${url}:${(this.#now + this.#nextId() / 1e6) / 1000}`;
    this.#seen.add(id);
    const announcement = { announcement_id: id, original_source: url, hop_count: 0, max_hops: 3 };
    this.#tellAll(this.#frames.hello({ funs: [fun], locs, ...announcement }));
  }

  /** Dials a peer link. */
  connect(url: string): Promise<void> {
    return this.#links.connect(url);
  }

  /** Runs one step as if a client had asked this node. */
  call(
    fun: string,
    args: readonly JsonValue[] = [],
    locs: readonly string[] = [],
  ): Promise<JsonValue> {
    return this.#withTimeout(this.#runStep({ name: "x", fun, args, kwargs: {}, locs }));
  }

  /** Leaves: GOODBYE over the links that it dialled, then everything is closed. */
  stop(): void {
    this.#links.send(this.#frames.goodbye(this.#now));
    this.kill();
  }

  /** Ends without a word. */
  kill(): void {
    this.#isStopped = true;
    this.#cancelMaintenance();
    for (const connection of this.#open) connection.close(1000, "");
  }

  /** Takes a connection that came in. */
  readonly accept: Accept = (connection) => {
    this.#open.add(connection);
    let last = Promise.resolve();
    return {
      received: (frame) => {
        last = last.then(() => this.#serve(connection, frame));
      },
      closed: () => void this.#open.delete(connection),
    };
  };

  async #serve(connection: Connection, frame: Frame): Promise<void> {
    if (this.#isStopped || this.#given.has(connection)) return;
    const read = readFrame(frame);
    if (read.kind === "broken") return this.#giveUp(connection);
    if (read.kind === "unknown_role") {
      const error = {
        code: 1004,
        message: `Invalid RPC request role: ${read.role}`,
        details: null,
      };
      return connection.send(frameOf(responseOf(read.u, null, error)));
    }
    const { role, json } = read;
    this.#note("accepted", json);
    if (role === "rpc") return connection.send(frameOf(await this.#request(json)));
    if (role === "internal-rpc") return await this.#internal(connection, json);
    if (role === "gossip") return this.#peers.gossiped(json, this.#now);
    if (role === "server") return this.#server(connection, json);
    this.#giveUp(connection);
  }

  /** What the peer sent before it closed is served; what it sent before we did is not. */
  #giveUp(connection: Connection): void {
    this.#given.add(connection);
    connection.close(1000, "");
  }

  async #request(json: JsonObject): Promise<unknown> {
    try {
      const result = await this.#withTimeout(runRequest(json, (step) => this.#runStep(step)));
      return responseOf(json["u"], result);
    } catch (error) {
      const line = error instanceof ReferenceFailure ? error.line : `ValueError: ${error}`;
      return responseOf(json["u"], null, tracebackOf(line));
    }
  }

  async #internal(connection: Connection, json: JsonObject): Promise<void> {
    const run = this.#functions.get(String(json["command"]));
    try {
      if (run === undefined) {
        throw new ReferenceFailure("mpreg.core.model.CommandNotFoundException");
      }
      const answer = await run(listOf(json["args"]), objectOf(json["kwargs"]));
      connection.send(frameOf({ role: "internal-answer", answer, u: json["u"] }));
    } catch {
      // No answer: the caller waits out its time.
    }
  }

  #server(connection: Connection, json: JsonObject): void {
    const server = objectOf(json["server"]);
    const answer = (r: unknown, error: unknown = null): void => {
      connection.send(frameOf(responseOf(json["u"], r, error)));
    };
    switch (server["what"]) {
      case "HELLO":
        return this.#helloed(connection, helloOf(server), answer);
      case "GOODBYE":
        // Only after what has come in already; whoever waits for the answer comes later.
        this.#options.clock.wake(this.#now, () => {
          this.#departed(String(server["departing_node_url"]));
          answer("GOODBYE_PROCESSED");
        });
        return;
      case "STATUS":
        return answer("STATUS");
      case "HELLO_ACK":
        return answer("ACK_RECEIVED");
      default:
        return answer(null, {
          code: 1000,
          message: `Unknown server message type: ${server["what"]}`,
          details: null,
        });
    }
  }

  #helloed(
    connection: Connection,
    hello: Hello,
    answer: (r: unknown, error?: unknown) => void,
  ): void {
    const { cluster, isPermissive } = this.#options;
    if (hello.cluster_id !== cluster && isPermissive !== true) {
      const message = `Connection rejected: cluster_id mismatch. Local: ${cluster}, ` +
        `Remote: ${hello.cluster_id}. Cross-federation connections not allowed in current ` +
        "federation mode.";
      return answer(null, { code: 1003, message, details: null });
    }
    const isCopy = hello.hop_count > 0 && hello.original_source !== "";
    const sender = hello.advertised_urls[0] ?? `ws://${connection.remote}`;
    this.#learned(hello, isCopy ? hello.original_source : sender);
    answer("ADDED");
    if (hello.announcement_id !== "") this.#links.send(this.#frames.ack(hello, this.#now));
    if (hello.hop_count === 0) connection.send(this.#frames.hello(this.#handshake()));
    this.#forward(hello);
  }

  #learned(hello: Hello, url: string): void {
    this.#peers.seen(url, hello.cluster_id, this.#now);
    for (const fun of hello.funs) this.table.add(fun, hello.locs, url);
  }

  #forward(hello: Hello): void {
    const { url, cluster } = this.#options;
    const { announcement_id: id, hop_count: hops, original_source: source } = hello;
    const isLoop = source === url || source === "";
    if (id === "" || hops >= hello.max_hops || hello.cluster_id === cluster || isLoop) return;
    if (this.#seen.has(id) || hops + 1 >= hello.max_hops) return;
    this.#seen.add(id);
    this.#tellAll(
      this.#frames.hello({ ...hello, funs: hello.funs.slice(0, 1), hop_count: hops + 1 }),
    );
  }

  #tellAll(frame: Uint8Array<ArrayBuffer>): void {
    this.#links.tell(frame, this.peers);
  }

  #departed(url: string): void {
    if (this.#peers.drop(url, this.#now)) this.table.drop(url);
    this.#links.close(url);
  }

  async #runStep(step: Step): Promise<JsonValue> {
    const candidates = this.table.candidates(step.fun, step.locs);
    const chosen = candidates[this.#nextId() % Math.max(1, candidates.length)];
    if (chosen === undefined) {
      throw new ReferenceFailure("mpreg.core.model.CommandNotFoundException");
    }
    const own = this.#functions.get(step.fun);
    return chosen === this.#options.url && own !== undefined
      ? await own(step.args, step.kwargs)
      : await this.#calls.call(chosen, step);
  }

  #withTimeout<Value>(work: Promise<Value>): Promise<Value> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = this.#options.clock.wake(this.#now + CALL_TIMEOUT_MS, () => {
      reject(new ReferenceFailure("mpreg.core.model.MPREGException"));
    });
    return Promise.race([work, promise]).finally(cancel);
  }

  #scheduleMaintenance(): void {
    const at = this.#now + (this.#options.gossipIntervalMs ?? 5_000);
    this.#cancelMaintenance = this.#options.clock.wake(at, () => {
      if (this.#isStopped) return;
      for (const url of this.peers) void this.connect(url);
      const gossip = frameOf({
        role: "gossip",
        peers: this.#peers.described(),
        u: `G${this.#nextId()}`,
        cluster_id: this.#options.cluster,
      });
      this.#links.send(gossip);
      this.#scheduleMaintenance();
    });
  }

  /** All functions under the resources of the node, whatever they were registered with. */
  #handshake(): Partial<Hello> & { readonly funs: readonly string[] } {
    const announcement_id = `:${this.#now / 1000}`;
    const locs = this.#options.resources ?? [];
    return { funs: [...this.#functions.keys()], locs, announcement_id };
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #note(from: GotFrame["from"], json: JsonObject): void {
    this.got.push({ atMs: this.#now, from, json });
  }
}
