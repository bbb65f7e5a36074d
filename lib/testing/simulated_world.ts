/**
 * A federation in one thread, replayable to the byte.
 *
 * Real node cores and client cores talk through the real codec over simulated links; time, delays, randomness and every
 * fault follow from one seed. Nothing here waits: an hour of the federation's life passes in as long as its events take.
 *
 * @module
 */

import type { Dialect } from "../core/events.ts";
import type { Report } from "../core/reports.ts";
import { ClusterRules } from "../federation/cluster_rules.ts";
import { RETENTION_MS, TRACKER_TTL_MS } from "../protocol/limits.ts";
import { type BookedCall, CallBook } from "./call_book.ts";
import type { Traffic } from "./connection_ends.ts";
import { EventQueue } from "./event_queue.ts";
import { type FaultOptions, type Faults, withDefaults } from "./fault_options.ts";
import { FrameChecker } from "./frame_checker.ts";
import { importFilter } from "./import_filter.ts";
import { ListingBook } from "./listing_book.ts";
import { Chance } from "./seeded_chance.ts";
import { SimulatedClient } from "./simulated_client.ts";
import { type MixedNode, mixedViolations } from "./mixed_checker.ts";
import {
  type Dialable,
  SimulatedFlooder,
  type SimulatedFlooderOptions,
} from "./simulated_flooder.ts";
import { SimulatedNetwork } from "./simulated_network.ts";
import { SimulatedNode, type SimulatedNodeOptions } from "./simulated_node.ts";
import { type Place, SimulatedPaths } from "./simulated_paths.ts";
import { excessOf, leftoversOf } from "./size_checker.ts";
import { hasItsLinks, type TableNode, tableViolations } from "./table_checker.ts";
import { TraceDigest } from "./trace.ts";
import { chosenTwin } from "./twin_links.ts";
import type { Violation } from "./violation.ts";
import { type HearJson, type Tamper, WireText } from "./wire_text.ts";
import type { WorldRooms } from "./world_rooms.ts";

/** How a world is made; everything has a default. */
export interface SimulatedWorldOptions {
  /** All chances follow from it: a whole number from 0. Default 1. */
  readonly seed?: number;
  /** Delays, windows and clocks. Default: see {@linkcode FaultOptions}. */
  readonly faults?: FaultOptions;
  /** Messages are handed over without being written and read: faster, and the codec is not tried. Default `false`. */
  readonly elideCodec?: boolean;
  /** Changes or drops messages on their way: a world that is meant to be wrong. Default: none. */
  readonly tamper?: Tamper;
  /** Hears of each message of the reference's dialect as it is sent. Default: nobody. */
  readonly onJson?: HearJson;
  /** Hears of each report of a node or client, with the world's time in ms. Default: nobody. */
  readonly onReport?: (at: number, name: string, report: Report) => void;
}

/** How a world came to rest. */
export interface Rest {
  /** What is wrong; empty = every promise was kept. */
  readonly violations: readonly Violation[];
  /** World time that passed until nothing moved any more, in ms. */
  readonly afterMs: number;
  /** Messages that arrived meanwhile. */
  readonly deliveries: number;
  /** Most rounds so far in which a distance was still told after a change. */
  readonly rounds: number;
}

/** Nothing but signs of life for so long is rest: longer than any delay, and than a flapping link is held. */
const REST_MS = 7_000;
/** Time within which a federation must be at rest: silence is noticed, dials give up, the longest back-off, twice. */
const REST_WITHIN_MS = 180_000;
const LOOK_MS = 500;
/** Longer than calls last, silence goes unnoticed, connections idle and anything is remembered. */
const FORGOTTEN_MS = RETENTION_MS + TRACKER_TTL_MS;
/** What a node is told to do that changes what others must learn. */
const CHANGES: ReadonlySet<string> = new Set(["register", "withdraw", "drain", "resync", "rules"]);

/** The world. */
export class SimulatedWorld {
  /** All nodes, dead ones too. */
  readonly nodes: SimulatedNode[] = [];
  /** All nodes of the reference's kind, dead ones too. */
  readonly flooders: SimulatedFlooder[] = [];
  /** All clients. */
  readonly clients: SimulatedClient[] = [];
  readonly #paths: SimulatedPaths;
  readonly #queue = new EventQueue();
  readonly #network: SimulatedNetwork;
  readonly #wire: WireText;
  readonly #frames: FrameChecker;
  readonly #listings = new ListingBook();
  readonly #residents = new Map<Place, SimulatedNode>();
  readonly #calls = new CallBook();
  readonly #digest = new TraceDigest();
  readonly #rooms: WorldRooms;

  /** Makes an empty world at time 0. */
  constructor(options: SimulatedWorldOptions = {}) {
    const { seed = 1, elideCodec = false, tamper, onReport = () => {} } = options;
    const faults: Faults = withDefaults(options.faults);
    const queue = this.#queue;
    this.#paths = new SimulatedPaths(seed, faults);
    this.#wire = new WireText(elideCodec, tamper, options.onJson);
    this.#frames = new FrameChecker((place) => this.#residents.get(place));
    this.#network = new SimulatedNetwork(queue, this.#paths, this.#wire, this.#frames);
    const digest = this.#digest;
    this.#network.onFrame = (from, to, frame) => {
      const content = typeof frame.content === "string" ? frame.content : `${frame.count}`;
      digest.note(`${queue.now} ${from.index}>${to.index} ${content}`);
    };
    this.#rooms = {
      queue,
      network: this.#network,
      faults,
      chance: new Chance(seed, 0),
      calls: this.#calls,
      noted: (place, { type }) => {
        digest.note(`${queue.now} ${place.index} ${type}`);
        if (CHANGES.has(type)) this.#frames.changed();
        if (type === "boot") this.#listings.born(place.name);
      },
      told: (name, report) => {
        this.#listings.told(name, report);
        onReport(queue.now, name, report);
      },
    };
  }

  /** World time in ms. */
  get now(): number {
    return this.#queue.now;
  }

  /** What the network carried so far. */
  get traffic(): Readonly<Traffic> {
    return this.#network.traffic;
  }

  /** A digest of all that happened so far: equal for equal seeds and equal doings. */
  get digest(): string {
    return this.#digest.toString();
  }

  /** All calls so far, with their ends. */
  get calls(): readonly BookedCall[] {
    return this.#calls.all();
  }

  /** What was wrong with streams of which nobody knows the call. */
  get strays(): readonly string[] {
    return this.#calls.strays;
  }

  /**
   * A new node, which lives from now on.
   *
   * @param options With `isLate` it lives only when it is started.
   */
  addNode(name: string, options: SimulatedNodeOptions & { isLate?: boolean } = {}): SimulatedNode {
    const address = `ws://${name}.example:9000`;
    const place = this.#place(name, address);
    const node = new SimulatedNode(this.#rooms, place, address, options);
    this.nodes.push(node);
    this.#residents.set(place, node);
    if (options.isLate !== true) node.start();
    return node;
  }

  /** A new node of the reference's kind, which lives from now on. */
  addFlooder(name: string, options: SimulatedFlooderOptions = {}): SimulatedFlooder {
    const address = `ws://${name}.example:9000`;
    const place = this.#place(name, address, "json");
    const flooder = new SimulatedFlooder(this.#rooms, place, address, options);
    this.flooders.push(flooder);
    flooder.start();
    return flooder;
  }

  /** A new client of some nodes, the first one preferred. */
  addClient(name: string, nodes: readonly SimulatedNode[]): SimulatedClient {
    const client = new SimulatedClient(this.#rooms, this.#place(name, undefined), nodes);
    this.clients.push(client);
    return client;
  }

  /** The path between two nodes breaks; with `"silent"` nobody is told, and what is sent waits. */
  cut(one: Dialable, other: Dialable, how: "reset" | "silent" = "reset"): void {
    if (how === "reset") this.#network.reset(one.place, other.place);
    this.silence(one, other, how);
    this.silence(other, one, how);
  }

  /** One direction of a path breaks. */
  silence(from: Dialable, to: Dialable, how: "reset" | "silent" = "silent"): void {
    const direction = this.#paths.direction(from.place, to.place);
    if (how === "reset") direction.isCut = true;
    else direction.isSilent = true;
  }

  /** The path between two nodes works again, in both directions. */
  repair(one: Dialable, other: Dialable): void {
    for (const [from, to] of [[one, other], [other, one]] as const) {
      const direction = this.#paths.direction(from.place, to.place);
      direction.isCut = false;
      if (!direction.isSilent) continue;
      direction.isSilent = false;
      this.#network.resume(direction);
    }
  }

  /** How long a frame takes from one node to another from now on, in ms, before jitter. */
  setLatency(from: Dialable, to: Dialable, ms: number): void {
    this.#paths.direction(from.place, to.place).latencyMs = ms;
  }

  /** How many frames the way from one node to another holds from now on before its sender is congested. */
  setWindow(from: Dialable, to: Dialable, frames: number): void {
    this.#paths.direction(from.place, to.place).windowFrames = frames;
  }

  /** Whether the path between two nodes works in both directions. */
  isOpen(one: Dialable, other: Dialable): boolean {
    return this.#paths.isOpen(one.place, other.place);
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.#queue.run(this.#queue.now + ms);
  }

  /**
   * Lets time pass until nothing moves any more but signs of life, then holds the tables of all nodes against the live
   * permitted graph, and the calls against what they promise.
   *
   * @param among Nodes that must come to rest and are looked at: the others may be in any state. They must have no working
   * path to these. Default: all.
   * @param areGhostsDue In a mixed federation: whether offers of farcall nodes that were heard through flooding nodes must
   * have expired where they are gone. Default `false`.
   */
  settle(among: readonly SimulatedNode[] = this.nodes, areGhostsDue = false): Rest {
    const live = among.filter((node) => node.isRunning);
    this.#network.watched = new Set([...live, ...this.flooders].map(({ place }) => place));
    const [began, before] = [this.now, this.traffic.deliveries];
    const owners = [...live, ...this.clients];
    const tables = (): TableNode[] => live.map((node) => this.#table(node, live));
    const isAtRest = (): boolean =>
      this.now - Math.max(began, this.traffic.stirredAt) >= REST_MS &&
      this.#calls.openOf(owners) === 0 &&
      tables().every((one, _, all) => hasItsLinks(one, all));
    while (!isAtRest() && this.now - began < REST_WITHIN_MS) this.pass(LOOK_MS);
    const violations: Violation[] = this.flooders.length === 0
      ? tableViolations(tables())
      : mixedViolations(
        tables(),
        this.flooders.map((one) => this.#neighbourhood(one, live)),
        areGhostsDue,
      );
    if (!isAtRest()) {
      const text = `not at rest after ${REST_WITHIN_MS} ms, last stirred ${this.traffic.stirredAt}`;
      violations.push({ invariant: "I10", text });
    }
    violations.push(...this.callViolations(live));
    violations.push(...this.#frames.violations);
    for (const node of live) {
      violations.push(...this.#listings.differences(node.name, node.listings()));
      violations.push(...excessOf(node));
    }
    violations.push(...this.#wire.refused.map((text) => ({ invariant: "codec", text })));
    this.#network.watched = undefined;
    const afterMs = Math.max(0, this.traffic.stirredAt - began);
    const deliveries = this.traffic.deliveries - before;
    return { violations, afterMs, deliveries, rounds: this.#frames.mostRounds };
  }

  /** What is wrong with the calls so far; only those of `among` and of clients must have ended. */
  callViolations(among: readonly SimulatedNode[] = this.nodes): Violation[] {
    const away = this.nodes.filter((node) => !among.includes(node)).map(({ name }) => name);
    return this.#calls.violations(new Set(away));
  }

  /**
   * One growth or one loss meets a federation at rest, which comes to rest again: meanwhile few records travel (I4), and no
   * offer that stays in reach vanishes (I11).
   *
   * @param change One growth (a function, a link or a node comes), or one loss; both at once break what is promised.
   */
  settleAfter(change: () => void): Rest {
    this.#frames.beginEpisode();
    this.#listings.beginEpisode();
    change();
    const { violations, ...rest } = this.settle();
    const before = this.#frames.violations.length;
    this.#frames.endEpisode();
    const found = this.#frames.violations.slice(before);
    return {
      ...rest,
      violations: [...violations, ...found, ...this.#listings.flickers(this.nodes)],
    };
  }

  /**
   * Everybody dies but one node, which takes back what it offers. When all memory has had its time it must hold nothing any
   * more (I7). The world is of no use afterwards.
   *
   * @returns What is wrong.
   */
  outlive(last: SimulatedNode): Violation[] {
    for (const node of [...this.nodes, ...this.flooders]) if (node !== last) node.kill();
    for (const client of this.clients) client.close();
    for (const registration of [...last.offers.keys()]) last.withdraw(registration);
    this.pass(FORGOTTEN_MS);
    return leftoversOf(last);
  }

  #place(name: string, url: string | undefined, dialect: Dialect = "farcall.v1"): Place {
    const index = this.nodes.length + this.flooders.length + this.clients.length;
    const place: Place = { index, name, url, dialect, process: undefined, isDark: false };
    this.#network.add(place);
    return place;
  }

  #neighbourhood(flooder: SimulatedFlooder, live: readonly SimulatedNode[]): MixedNode {
    const { name, address: url, cluster, functions, resources, isAlive } = flooder;
    const near = live.filter((node) =>
      isAlive && this.isOpen(node, flooder) && (node.peers.has(flooder) || flooder.peers.has(node))
    );
    const gateways = near.map((node) => node.name);
    return { name, url, cluster, functions, resources, isAlive, gateways };
  }

  #table(node: SimulatedNode, live: readonly SimulatedNode[]): TableNode {
    const { name, url, cluster, incarnation = "", offers } = node;
    const policy = new ClusterRules(cluster, node.policy);
    const lists = importFilter(cluster, node.policy.imports ?? []);
    const near = (one: SimulatedNode): SimulatedNode[] =>
      live.filter((other) =>
        other.url !== one.url &&
        (one.peers.has(other) || other.peers.has(one) || areKin(one, other)) &&
        this.isOpen(one, other)
      );
    const isChosen = (one: SimulatedNode, by: SimulatedNode): boolean =>
      chosenTwin(by, near(by).filter(({ url }) => url === one.url)) === one;
    const neighbours = near(node).filter((other) => isChosen(other, node) && isChosen(node, other))
      .map((other) => other.name);
    const made = {
      name,
      url,
      cluster,
      incarnation,
      policy,
      lists,
      neighbours,
      links: node.links(),
    };
    return { ...made, offers: [...offers.values()], listings: node.listings() };
  }
}

/** Whether two nodes found each other: then a link that one of them has is one that both ought to have. */
function areKin(one: SimulatedNode, other: SimulatedNode): boolean {
  return one.formsCluster && other.formsCluster && one.cluster === other.cluster &&
    (one.links().includes(other.url) || other.links().includes(one.url));
}
