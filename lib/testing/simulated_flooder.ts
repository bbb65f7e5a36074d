import {
  type ClusterId,
  clusterId,
  functionName,
  type NodeUrl,
  nodeUrl,
  resourceName,
} from "../protocol/names.ts";
import { type FloodingCommand, FloodingCore } from "./flooding_core.ts";
import { exactMs } from "./seeded_chance.ts";
import { SimulatedClock } from "./simulated_clock.ts";
import { SimulatedHost } from "./simulated_host.ts";
import type { Place } from "./simulated_paths.ts";
import type { WorldRooms } from "./world_rooms.ts";

/** Anything that can be dialled in a world. */
export interface Dialable {
  /** Its name in the world. */
  readonly name: string;
  /** What others dial. */
  readonly address: NodeUrl;
  /** @internal Where it is on the network. */
  readonly place: Place;
}

/** What a flooding node is made from. */
export interface SimulatedFlooderOptions {
  /** Default `"c0"`. */
  readonly cluster?: string;
  /** Nodes that it dials. Default: none. */
  readonly peers?: readonly Dialable[];
  /** Functions that it offers from each start on. Default: none. */
  readonly functions?: readonly string[];
  /** Resources of all of them. Default: none. */
  readonly resources?: readonly string[];
}

/**
 * A node of the reference's kind in a simulated world: it floods what it hears in the `json` dialect, by first arrival, and
 * takes nothing back. It answers no calls.
 */
export class SimulatedFlooder implements Dialable {
  /** Its name in the world. */
  readonly name: string;
  /** What others dial, and what it calls itself. */
  readonly address: NodeUrl;
  /** Its cluster. */
  readonly cluster: ClusterId;
  /** @internal Where it is on the network. */
  readonly place: Place;
  /** Nodes that it dials. */
  readonly peers: ReadonlySet<Dialable>;
  readonly #functions: Set<string>;
  /** Resources of all of them, sorted. */
  readonly resources: readonly string[];
  readonly #rooms: WorldRooms;
  #lives = 0;
  #life:
    | { readonly core: FloodingCore; readonly host: SimulatedHost<FloodingCommand, unknown> }
    | undefined;

  /** @internal Made by the world; it does not live yet. */
  constructor(rooms: WorldRooms, place: Place, address: string, options: SimulatedFlooderOptions) {
    this.#rooms = rooms;
    this.name = place.name;
    this.place = place;
    this.address = nodeUrl(address);
    this.cluster = clusterId(options.cluster ?? "c0");
    this.peers = new Set(options.peers);
    this.#functions = new Set(options.functions);
    this.resources = [...new Set(options.resources)].sort();
  }

  /** What it offers when it lives. */
  get functions(): readonly string[] {
    return [...this.#functions];
  }

  /** Whether its process is there. */
  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  /** Names of functions that it has heard of, by their origin's address. */
  heard(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#life?.core.heard ?? new Map();
  }

  /** Starts the node, if it is dead. */
  start(): void {
    if (this.#life !== undefined) return;
    this.#lives += 1;
    const { queue, network, chance, faults, noted } = this.#rooms;
    const { address: url, cluster, place } = this;
    const peers = [...this.peers].map(({ address }) => address);
    const core = new FloodingCore({ url, cluster, life: this.#lives, peers });
    const skewMs = exactMs(faults.clockSkewMsMax * (2 * chance.next() - 1));
    const clock = new SimulatedClock(() => queue.now, skewMs);
    const host = new SimulatedHost<FloodingCommand, unknown>(
      { queue, network, clock, place, noted },
      core,
      undefined,
    );
    this.#life = { core, host };
    place.process = host;
    place.isDark = false;
    for (const name of this.#functions) this.#register(name);
    host.post((now) => ({ type: "boot", now }));
  }

  /** One more function, for this life and all later ones. */
  offer(name: string): void {
    if (this.#functions.has(name)) return;
    this.#functions.add(name);
    this.#register(name);
  }

  /** Ends the process. With `isDark` its host is without power, too: nobody is told. */
  kill(isDark = false): void {
    const life = this.#life;
    if (life === undefined) return;
    life.host.die();
    this.place.process = undefined;
    this.place.isDark = isDark;
    this.#life = undefined;
    this.#rooms.network.died(life.host, isDark);
  }

  #register(name: string): void {
    const fun = functionName(name);
    const resources = this.resources.map(resourceName);
    this.#life?.host.post((now) => ({ type: "register", fun, resources, now }));
  }
}
