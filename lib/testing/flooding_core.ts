/**
 * A node that floods, as those of the reference do: the `json` dialect, copies by first arrival, nothing taken back.
 *
 * It stands in for the reference in mixed federations. Known ids are not taken again, copies go on only between different
 * clusters and only over sockets that it dialled, and what it has learnt it forgets by a GOODBYE alone. Over a socket that it
 * dialled it takes every HELLO for the dialled node's own.
 *
 * @module
 */

import type { EdgeEffects } from "../core/effects.ts";
import type { ConnectionId, DialId, EdgeEvent, Timed } from "../core/events.ts";
import type { Machine } from "../core/machine.ts";
import type { Announcement } from "../protocol/announcement.ts";
import type { HelloMessage } from "../protocol/json_messages.ts";
import {
  announcementId,
  type ClusterId,
  type FunctionName,
  hopCount,
  maxHops,
  type NodeUrl,
  type ResourceName,
} from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";

/** What a flooding node is told to do. */
export type FloodingCommand =
  & Timed
  & (
    | { readonly type: "boot" }
    | {
      readonly type: "register";
      readonly fun: FunctionName;
      readonly resources: readonly ResourceName[];
    }
  );

/** Who a flooding node is. */
export interface FloodingIdentity {
  /** Its address. */
  readonly url: NodeUrl;
  /** Its cluster. */
  readonly cluster: ClusterId;
  /** Its present life: ids of two lives must differ. */
  readonly life: number;
  /** Nodes that it dials. */
  readonly peers: readonly NodeUrl[];
}

/** How often it dials whoever it knows and has not dialled, in ms: the maintenance of the reference. */
const MAINTENANCE_MS = 5_000;
const DIAL_TIMEOUT_MS = 10_000;
/** Ids are remembered so long, in ms. */
const SEEN_MS = 300_000;
const MAX_HOPS = maxHops(3);

/** The pure machine of a flooding node. */
export class FloodingCore implements Machine<FloodingCommand, unknown> {
  readonly #self: FloodingIdentity;
  readonly #functions = new Map<FunctionName, readonly ResourceName[]>();
  readonly #known: Set<NodeUrl>;
  readonly #dials = new Map<DialId, NodeUrl>();
  /** Open connections and, where it dialled, to whom. */
  readonly #talks = new Map<ConnectionId, NodeUrl | undefined>();
  readonly #seen = new Map<string, number>();
  readonly #heard = new Map<NodeUrl, Set<FunctionName>>();
  #numbers = 0;
  #nextAt = 0;

  /** A node that knows its peers and nothing else. */
  constructor(self: FloodingIdentity) {
    this.#self = self;
    this.#known = new Set(self.peers);
  }

  /** What it has heard of, by origin. */
  get heard(): ReadonlyMap<NodeUrl, ReadonlySet<FunctionName>> {
    return this.#heard;
  }

  /** Takes one event; see {@linkcode Machine.step}. */
  step(event: EdgeEvent | FloodingCommand, edges: EdgeEffects): number {
    switch (event.type) {
      case "register":
        this.#register(event, edges);
        break;
      case "opened":
        this.#opened(event, edges);
        break;
      case "closed":
        this.#talks.delete(event.connection);
        break;
      case "dial_failed":
        this.#dials.delete(event.dial);
        break;
      case "received":
        for (const message of event.messages) {
          if (message.type === "HELLO") this.#hello(event.connection, message, event.now, edges);
          else if (message.type === "GOODBYE") {
            this.#departed(message.departing, edges);
            this.#answer(event.connection, message.u, "GOODBYE_PROCESSED", edges);
          }
        }
        break;
    }
    if (event.now >= this.#nextAt) this.#maintain(event.now, edges);
    return this.#nextAt;
  }

  #maintain(now: number, edges: EdgeEffects): void {
    this.#nextAt = now + MAINTENANCE_MS;
    for (const [id, until] of this.#seen) if (until <= now) this.#seen.delete(id);
    for (const [connection, dialled] of this.#talks) {
      if (dialled === undefined) continue;
      // Also how it finds out that a socket is dead.
      const { cluster: clusterId } = this.#self;
      edges.send(connection, { type: "gossip", u: `${this.#next()}`, clusterId, peers: [] });
    }
    const busy = new Set([...this.#dials.values(), ...this.#talks.values()]);
    for (const url of this.#known) {
      if (busy.has(url)) continue;
      const dial = this.#next();
      this.#dials.set(dial, url);
      edges.dial(dial, { url, dialects: ["json"], timeoutMs: DIAL_TIMEOUT_MS });
    }
  }

  #register(
    { fun, resources, now }: Extract<FloodingCommand, { type: "register" }>,
    edges: EdgeEffects,
  ): void {
    this.#functions.set(fun, resources);
    const id = `${this.#self.url}:${this.#self.life}.${this.#next()}`;
    this.#seen.set(id, now + SEEN_MS);
    this.#tellAll(this.#copy([fun], resources, id, 0, this.#self.url), edges);
  }

  #opened(event: Extract<EdgeEvent, { type: "opened" }>, edges: EdgeEffects): void {
    const url = event.dial === undefined ? undefined : this.#dials.get(event.dial);
    if (event.dial !== undefined) this.#dials.delete(event.dial);
    this.#talks.set(event.connection, url);
    if (url !== undefined) this.#greet(event.connection, event.now, edges);
  }

  /** All functions under all their resources, as a handshake has it. */
  #greet(connection: ConnectionId, now: number, edges: EdgeEffects): void {
    const resources = [...new Set([...this.#functions.values()].flat())].sort();
    const funs = [...this.#functions.keys()];
    this.#send(connection, this.#copy(funs, resources, `:${now / 1_000}`, 0, undefined), edges);
  }

  #hello(
    connection: ConnectionId,
    { u, announcement }: HelloMessage,
    now: number,
    edges: EdgeEffects,
  ): void {
    const { capabilities, propagation } = announcement;
    const dialled = this.#talks.get(connection);
    const [sender] = capabilities.advertisedUrls;
    if (dialled !== undefined || sender === undefined) {
      if (dialled !== undefined) this.#learn(dialled, announcement);
      return;
    }
    const isCopy = propagation.hopCount > 0 && propagation.originalSource !== undefined;
    this.#learn(isCopy ? propagation.originalSource ?? sender : sender, announcement);
    this.#answer(connection, u, "ADDED", edges);
    if (propagation.hopCount === 0) {
      if (sender !== this.#self.url) this.#known.add(sender);
      this.#greet(connection, now, edges);
    }
    this.#forward(announcement, now, edges);
  }

  #learn(origin: NodeUrl, { capabilities }: Announcement): void {
    const heard = this.#heard.get(origin) ?? new Set<FunctionName>();
    this.#heard.set(origin, heard);
    for (const fun of capabilities.functions) heard.add(fun);
  }

  #forward({ capabilities, propagation }: Announcement, now: number, edges: EdgeEffects): void {
    const { announcementId: id, hopCount: hops, maxHops: most, originalSource } = propagation;
    const [fun] = capabilities.functions;
    if (id === "" || fun === undefined || hops + 1 >= most) return;
    if (originalSource === undefined || originalSource === this.#self.url) return;
    if (capabilities.clusterId === this.#self.cluster || this.#seen.has(id)) return;
    this.#seen.set(id, now + SEEN_MS);
    this.#tellAll(
      this.#copy([fun], capabilities.resources, id, hops + 1, originalSource, most),
      edges,
    );
  }

  #departed(url: NodeUrl, edges: EdgeEffects): void {
    this.#heard.delete(url);
    for (const [connection, dialled] of this.#talks) {
      if (dialled !== url) continue;
      edges.close(connection, 1000, "");
      this.#talks.delete(connection);
    }
  }

  #copy(
    functions: readonly FunctionName[],
    resources: readonly ResourceName[],
    id: string,
    hops: number,
    originalSource: NodeUrl | undefined,
    most = MAX_HOPS,
  ): Announcement {
    const { url, cluster } = this.#self;
    return {
      capabilities: { functions, resources, clusterId: cluster, advertisedUrls: [url] },
      propagation: {
        hopCount: hopCount(hops),
        maxHops: most,
        announcementId: announcementId(id),
        originalSource,
      },
    };
  }

  #tellAll(announcement: Announcement, edges: EdgeEffects): void {
    for (const [connection, dialled] of this.#talks) {
      if (dialled !== undefined) this.#send(connection, announcement, edges);
    }
  }

  #send(connection: ConnectionId, announcement: Announcement, edges: EdgeEffects): void {
    edges.send(connection, { type: "HELLO", u: `${this.#next()}`, announcement });
  }

  #answer(connection: ConnectionId, u: string, word: string, edges: EdgeEffects): void {
    // On a socket that it dialled it only listens.
    if (this.#talks.get(connection) !== undefined) return;
    const result = Payload.fromValue(word);
    edges.send(connection, { type: "response", u, result, error: undefined });
  }

  #next(): number {
    this.#numbers += 1;
    return this.#numbers;
  }
}
