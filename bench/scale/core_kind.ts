/**
 * A node as a whole core: dials, handshakes, doors and all, without sockets.
 *
 * @module
 */

import type { EdgeEffects, NodeOwnerEffects } from "../../lib/core/effects.ts";
import type { NodeEvent } from "../../lib/core/events.ts";
import { NodeCore } from "../../lib/core/node_core.ts";
import type { Listing } from "../../lib/federation/function_registry.ts";
import { functionName } from "../../lib/protocol/names.ts";
import type { V1Message } from "../../lib/protocol/v1_messages.ts";
import type { Kind, Member, Surroundings } from "./federation.ts";
import { type Identity, MAX_HOPS } from "./names.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

/** Time stands still: nothing that is measured here waits for it. */
const NOW = 1_000_000;
const CONCURRENCY = 100;
const CODE_GONE = 1006;

class CoreMember implements Member {
  readonly url: string;
  readonly #core: NodeCore;
  readonly #surroundings: Surroundings;
  readonly #edges: EdgeEffects;
  readonly #owner: NodeOwnerEffects;
  /** What this turn sends, by link: the edges make one frame of it. */
  readonly #waiting = new Map<number, V1Message[]>();
  /** Dials in the order in which they were asked for, by URL. */
  readonly #dials = new Map<string, number>();
  #registrations = 0;

  constructor(self: Identity, seed: number, surroundings: Surroundings) {
    this.url = self.url;
    this.#surroundings = surroundings;
    this.#core = new NodeCore({ ...self, peers: [] });
    this.#edges = {
      send: (connection, message) => {
        const waiting = this.#waiting.get(connection);
        // Every connection here is farcall.v1.
        if (waiting === undefined) this.#waiting.set(connection, [message as V1Message]);
        else waiting.push(message as V1Message);
      },
      dial: (dial, { url }) => void this.#dials.set(url, dial),
      close: (_connection, _code, reason) => {
        throw new Error(`A link was closed: ${reason}`);
      },
    };
    this.#owner = {
      items: () => {},
      wanted: () => {},
      given: () => {},
      settle: () => {},
      report: () => {},
      invoke: () => {},
      credit: () => {},
      abort: () => {},
      stopped: () => {},
    };
    this.#step({ type: "boot", seed: new Uint32Array([seed, 2, 3, 4]) });
  }

  get listingCount(): number {
    return this.#core.sizes().listings;
  }

  register(fun: string): number {
    this.#registrations++;
    this.#step({
      type: "register",
      registration: this.#registrations,
      fun: functionName(fun),
      resources: [],
      maxHops: MAX_HOPS,
      scope: "",
      concurrency: CONCURRENCY,
    });
    return this.#registrations;
  }

  withdraw(registration: number): void {
    this.#step({ type: "withdraw", registration });
  }

  /** Has the core ask for a connection, and gives the number of its dial. */
  dial(peer: Identity): number {
    this.#step({ type: "join", url: peer.url });
    this.turn();
    const dial = this.#dials.get(peer.url);
    if (dial === undefined) throw new Error(`${this.url} does not dial ${peer.url}`);
    this.#dials.delete(peer.url);
    return dial;
  }

  opened(connection: number, dial: number | undefined, remote: string): void {
    this.#step({ type: "opened", connection, dialect: "farcall.v1", dial, remote });
  }

  receive(link: number, messages: readonly V1Message[]): void {
    this.#step({ type: "received", connection: link, messages });
  }

  linkDown(link: number): void {
    this.#waiting.delete(link);
    this.#step({ type: "closed", connection: link, code: CODE_GONE, reason: "cut" });
  }

  pace(link: number, isHeld: boolean): void {
    this.#step({ type: isHeld ? "congested" : "drained", connection: link });
  }

  turn(open?: number): void {
    if (open !== undefined) this.pace(open, false);
    this.#core.step({ type: "tick", now: NOW }, this.#edges, this.#owner);
    if (open !== undefined) this.pace(open, true);
    for (const [link, messages] of this.#waiting) this.#surroundings.send(link, messages);
    this.#waiting.clear();
  }

  listings(): Iterable<Listing> {
    return this.#core.listings();
  }

  #step(event: Untimed<NodeEvent>): void {
    const timed = { ...event, now: NOW } as NodeEvent;
    const wakeAt = this.#core.step(timed, this.#edges, this.#owner);
    if (wakeAt <= NOW || this.#waiting.size > 0) this.#surroundings.stir();
  }
}

/** Nodes of whole cores. */
export function coreKind(identify: (node: number) => Identity): Kind {
  const members = new Map<number, CoreMember>();
  const memberOf = (node: number): CoreMember => {
    const member = members.get(node);
    if (member === undefined) throw new RangeError(`No node has the number ${node}`);
    return member;
  };
  return {
    make(node: number, surroundings: Surroundings): Member {
      const member = new CoreMember(identify(node), node, surroundings);
      members.set(node, member);
      return member;
    },
    join(link: number, dialer: number, listener: number): void {
      const dial = memberOf(dialer).dial(identify(listener));
      memberOf(listener).opened(link, undefined, memberOf(dialer).url);
      memberOf(dialer).opened(link, dial, memberOf(listener).url);
    },
  };
}
