import type { Invocation, NodeOwnerEffects } from "../core/effects.ts";
import type { NodeCore } from "../core/node_core.ts";
import type { Report } from "../core/reports.ts";
import type { Listing } from "../federation/function_registry.ts";
import { checkClusterPolicy, type ClusterPolicy } from "../federation/cluster_policy.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import {
  type ClusterId,
  clusterId,
  functionName,
  maxHops,
  type NodeUrl,
  nodeUrl,
  resourceName,
} from "../protocol/names.ts";
import type { BookedCall } from "./call_book.ts";
import { exactMs } from "./seeded_chance.ts";
import { numberOf, runFunction, type SimulatedFunction } from "./simulated_function.ts";
import {
  type BookedOffer,
  callCommand,
  requestCommand,
  type SimulatedCallOptions,
  type SimulatedCommand,
  type SimulatedOfferOptions,
  type SimulatedRequestOptions,
  streamCommand,
} from "./simulated_offer.ts";
import type { StreamPlan } from "./stream_plan.ts";
import type { BookedStream } from "./simulated_streams.ts";
import { HAND_OVER_UNITS_MIN } from "../protocol/limits.ts";
import { beginLife, type Life } from "./simulated_life.ts";
import type { Place } from "./simulated_paths.ts";
import type { Dialable } from "./simulated_flooder.ts";
import type { WorldRooms } from "./world_rooms.ts";

/** The rules of a policy that say what passes links and what is listed: those that the table checker knows. */
export type LinkPolicy = Pick<ClusterPolicy, "links" | "imports">;

/** What a node is made from. */
export interface SimulatedNodeOptions {
  /** What it calls itself to its peers, who may dial another address. Default: the address that others dial. */
  readonly url?: string;
  /** Default `"c0"`. */
  readonly cluster?: string;
  /** Nodes to keep links to. Default: none; others may dial this one. */
  readonly peers?: readonly Dialable[];
  /** What may pass its links, and what it lists. Default: all whose scope allows it. */
  readonly policy?: LinkPolicy;
  /** Whether nodes of its cluster find each other and link themselves. Default `false`. */
  readonly formsCluster?: boolean;
  /** Shortest result that goes straight to the node of the next command, in UTF-16 units of JSON. Default: 16 Ki. */
  readonly handOverUnitsMin?: number;
  /** Runs at each start of the node: what its program does first, for instance register functions. */
  readonly setup?: (node: SimulatedNode) => void;
}

/** A node of a simulated world: a place with a real node core, as long as it lives. */
export class SimulatedNode implements Dialable {
  /** Its name in the world. */
  readonly name: string;
  /** What it calls itself. */
  readonly url: NodeUrl;
  /** What others dial. */
  readonly address: NodeUrl;
  /** Its cluster. */
  readonly cluster: ClusterId;
  /** @internal Where it is on the network. */
  readonly place: Place;
  /** Nodes that it keeps links to. */
  readonly peers: Set<Dialable>;
  #policy: ClusterPolicy;
  /** Whether nodes of its cluster find each other and link themselves. */
  readonly formsCluster: boolean;
  /** Shortest result that is handed over. */
  readonly handOverUnitsMin: number;
  readonly #rooms: WorldRooms;
  readonly #setup: (node: SimulatedNode) => void;
  #life: Life | undefined;
  #lives = 0;
  #numbers = 0;

  /** @internal Made by the world; it does not live yet. */
  constructor(rooms: WorldRooms, place: Place, address: string, options: SimulatedNodeOptions) {
    this.#rooms = rooms;
    this.name = place.name;
    this.address = nodeUrl(address);
    this.url = nodeUrl(options.url ?? address);
    this.cluster = clusterId(options.cluster ?? "c0");
    this.place = place;
    this.peers = new Set(options.peers);
    this.#policy = checkClusterPolicy(options.policy ?? {});
    this.formsCluster = options.formsCluster ?? false;
    this.handOverUnitsMin = options.handOverUnitsMin ?? HAND_OVER_UNITS_MIN;
    this.#setup = options.setup ?? (() => {});
  }

  /** Its rules for its links and its lists. */
  get policy(): LinkPolicy {
    return this.#policy;
  }

  /** Other rules for its links and its lists, for this life and all later ones. */
  setPolicy(policy: LinkPolicy): void {
    const rules = this.#policy = checkClusterPolicy(policy);
    this.#life?.host.post((now) => ({ type: "rules", rules, now }));
  }

  /** Whether its process is there, be it standing still. */
  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  /** Whether its process is there, works and means to stay. */
  get isRunning(): boolean {
    return this.#life !== undefined && !this.#life.host.isStill && !this.#life.isLeaving;
  }

  /** Whether it is about to end. */
  get isLeaving(): boolean {
    return this.#life?.isLeaving ?? false;
  }

  /** Its present life; `undefined` = dead. */
  get incarnation(): string | undefined {
    return this.#life?.incarnation;
  }

  /** What it offers, by the book. */
  get offers(): ReadonlyMap<number, BookedOffer> {
    return this.#life?.offers ?? new Map();
  }

  /** Everything in its reach, as its core says. */
  listings(): Listing[] {
    return [...this.#life?.core.listings() ?? []];
  }

  /** Functions in its reach, each once, sorted. */
  functions(): string[] {
    return [...new Set(this.listings().map(({ fun }) => fun as string))].sort();
  }

  /** URLs of the farcall nodes it has links to, as its core says. */
  links(): string[] {
    const links = this.#life?.core.links() ?? [];
    return links.filter(({ dialect }) => dialect === "farcall.v1").map(({ peer }) => peer);
  }

  /** How much of each kind its core holds; `undefined` = it is dead. */
  sizes(): ReturnType<NodeCore["sizes"]> | undefined {
    return this.#life?.core.sizes();
  }

  /** When its core wants to be woken, on its own clock; `Infinity` = never. */
  get wakeAt(): number {
    return this.#life?.host.wakeAt ?? Infinity;
  }

  /**
   * Starts the node, if it is dead.
   *
   * @param behindMs How far its clock is behind what it would show: a host whose clock went back. Default 0.
   */
  start(behindMs = 0): void {
    if (this.#life !== undefined) return;
    this.#lives += 1;
    const life = this.#life = beginLife(this.#rooms, this, this.#lives, behindMs, this.#owner());
    const { host } = life;
    this.place.process = host;
    this.place.isDark = false;
    const seed = this.#rooms.chance.words();
    host.post((now) => ({ type: "boot", seed, now }));
    this.#setup(this);
  }

  /** Ends the process. With `isDark` its host is without power, too: nobody is told. */
  kill(isDark = false): void {
    const life = this.#life;
    if (life === undefined) return;
    life.host.die();
    life.streams.die();
    this.place.process = undefined;
    this.place.isDark = isDark;
    this.#life = undefined;
    this.#rooms.network.died(life.host, isDark);
    this.#rooms.calls.callerDied(this);
  }

  /** The node withdraws what it offers, says goodbye, and ends within this time, in ms. */
  leave(timeoutMs = 1_000): void {
    const life = this.#life;
    if (life === undefined) return;
    life.offers.clear();
    life.isLeaving = true;
    life.host.post((now) => ({ type: "drain", timeoutMs, now }));
  }

  /** The process stands still. */
  stop(): void {
    this.#life?.host.stop();
  }

  /** The process goes on. */
  goOn(): void {
    this.#life?.host.goOn();
  }

  /** Its clock jumps; negative = back, where it stands still instead until time has caught up. */
  jumpClock(ms: number): void {
    this.#life?.clock.jump(ms);
    this.#life?.host.clockJumped();
  }

  /** One more peer, for this life and all later ones. */
  join(peer: Dialable): void {
    if (peer === this || this.peers.has(peer)) return;
    this.peers.add(peer);
    this.#life?.host.post((now) => ({ type: "join", url: peer.address, now }));
  }

  /** Asks all peers to tell everything anew; what they said does not count until then. */
  resync(): void {
    this.#life?.host.post((now) => ({ type: "resync", peer: undefined, now }));
  }

  /**
   * Offers a function; a node that is dead or leaves offers nothing.
   *
   * @param run The function; `"streams"` = one that does with streams what the plan of its call says.
   * @returns A number by which it can be withdrawn.
   */
  register(
    name: string,
    run: SimulatedFunction | "streams",
    options: SimulatedOfferOptions = {},
  ): number {
    this.#numbers += 1;
    const registration = this.#numbers;
    const life = this.#life;
    if (life === undefined || life.isLeaving) return registration;
    const resources = [...new Set(options.resources ?? [])].sort();
    const scope = (options.clusters ?? []).join(" ");
    const hops = maxHops(options.maxHops ?? 3);
    life.functions.set(registration, { run, runMsMax: options.runMsMax ?? 200 });
    life.offers.set(registration, { fun: name, resources, maxHops: hops, scope });
    const fun = functionName(name);
    const named = { fun, resources: resources.map(resourceName), maxHops: hops, scope };
    const concurrency = 1_000;
    life.host.post((now) => ({ type: "register", registration, ...named, concurrency, now }));
    return registration;
  }

  /** Takes an offer back. */
  withdraw(registration: number): void {
    if (!this.#life?.offers.delete(registration)) return;
    this.#life.host.post((now) => ({ type: "withdraw", registration, now }));
  }

  /** Calls a function by its name; the returned entry tells how it ended, once it has. `undefined` = the node is dead. */
  call(
    fun: string,
    args: readonly JsonValue[] = [],
    options: SimulatedCallOptions = {},
  ): BookedCall | undefined {
    if (this.#life === undefined) return undefined;
    const { calls, queue } = this.#rooms;
    const entry = calls.begin(this, this.name, fun, queue.now);
    this.#life.host.post(callCommand(entry.number, fun, args, options));
    return entry;
  }

  /** Calls a function of streams; `undefined` = the node is dead. */
  stream(
    fun: string,
    plan: StreamPlan,
    options: SimulatedCallOptions = {},
  ): BookedStream | undefined {
    const life = this.#life;
    if (life === undefined) return undefined;
    const { calls, queue } = this.#rooms;
    const booked = calls.begin(this, this.name, fun, queue.now);
    const made = life.streams.begin(booked, plan);
    life.host.post(streamCommand(booked.number, fun, plan, options));
    return made;
  }

  /** Asks for several commands that feed each other; `undefined` = the node is dead. */
  request(
    commands: readonly SimulatedCommand[],
    options: SimulatedRequestOptions = {},
  ): BookedCall | undefined {
    if (this.#life === undefined) return undefined;
    const { calls, queue } = this.#rooms;
    const entry = calls.beginRequest(this, this.name, commands, queue.now);
    this.#life.host.post(requestCommand(entry.number, commands, options));
    return entry;
  }

  #owner(): NodeOwnerEffects {
    const { queue, calls, told } = this.#rooms;
    return {
      settle: (call, outcome) => {
        this.#life?.streams.ended(call);
        calls.end(this, call, outcome, queue.now);
      },
      report: (report: Report) => told(this.name, report),
      invoke: (invocation) => this.#invoke(invocation),
      items: (call, batch) => this.#life?.streams.items(call, batch),
      wanted: (call, arg, units) => this.#life?.streams.wanted(call, arg, units),
      given: (invocation, _, batch) => this.#life?.streams.given(invocation, batch),
      credit: (invocation, units) => this.#life?.streams.credit(invocation, units),
      abort: (invocation) => this.#life?.streams.abort(invocation),
      stopped: () => this.#stopped(),
    };
  }

  #stopped(): void {
    const life = this.#life;
    // Its last words leave with the turn that is being taken.
    this.#rooms.queue.add(this.#rooms.queue.now, () => {
      if (this.#life === life) this.kill();
    });
  }

  #invoke(invocation: Invocation): void {
    const life = this.#life;
    const known = life?.functions.get(invocation.registration);
    if (life === undefined || known === undefined) return;
    const { queue, chance, calls } = this.#rooms;
    const run = calls.run(numberOf(invocation.kwargs), invocation.args.value);
    const does = known.run;
    if (does === "streams") return life.streams.run(invocation, run);
    const delay = chance.isHit(0.5) ? 0 : exactMs(known.runMsMax * chance.next());
    queue.add(queue.now + delay, () => {
      if (this.#life !== life) return;
      const context = { node: this.name, now: queue.now, random: () => chance.next() };
      const ended = runFunction(does, invocation, context);
      if (ended.type === "returned") run.returned(ended.value.text);
      else run.threw(ended.error.message);
      life.host.post((now) => ({ ...ended, now }));
    });
  }
}
