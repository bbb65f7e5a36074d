/**
 * A network of routers without clocks and sockets: links deliver in order at their own speed, both ends see a link's up
 * and down at different times, and everything follows from one seed.
 *
 * @module
 */
import { HopRouter } from "../../lib/federation/hop_router.ts";
import { openPolicy, type PeeringPolicy } from "../../lib/federation/peering_policy.ts";
import type { GroupView, LinkId, RouterOutput } from "../../lib/federation/router_contract.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
} from "../../lib/protocol/names.ts";
import type { PropagationMessage } from "../../lib/protocol/v1_messages.ts";
import {
  type BookedOffer,
  type BookedProxy,
  type Direction,
  keyOf,
  lifeOf,
  listingDifferences,
  urlOf,
  type Wire,
  wordDifferences,
  type WorldNode,
} from "./router_expectations.ts";
import { seededNumbers } from "./seeded_numbers.ts";
import { TimeQueue } from "./time_queue.ts";

/** How a world is built; everything has a default. */
export interface WorldOptions {
  readonly seed?: number;
  /** Frames a directed link takes before it is not writable. Default: any number. */
  readonly window?: number;
  readonly retentionMs?: number;
  readonly tombstonesMax?: number;
  readonly policy?: PeeringPolicy;
  /** One-way delay of a new directed link. Default: log-uniform from 1 to 1,000, with jitter. */
  readonly delay?: (from: number, to: number) => number;
  /** Sees every change of a listing. */
  readonly onListing?: (node: number, view: GroupView) => void;
  /** Sees every frame when it is sent. */
  readonly onFrame?: (from: number, to: number, messages: readonly PropagationMessage[]) => void;
}

/** Gateways learn their proxies over a link that no router knows. */
const OUTSIDE_LINK = -1;

/** The network. */
export class RouterWorld {
  /** Frames that were refused, with the reason: never any. */
  readonly refused: string[] = [];
  readonly #options: WorldOptions;
  readonly #random: () => number;
  #policy: PeeringPolicy;
  readonly #nodes: WorldNode[] = [];
  readonly #wires = new Map<string, Wire>();
  readonly #queue = new TimeQueue();
  #nextLink = 1;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.#random = seededNumbers(options.seed ?? 1);
    this.#policy = options.policy ?? openPolicy();
  }

  /** Nodes so far, dead ones included. */
  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** A new live node; returns its number. */
  addNode(cluster = "c0"): number {
    const node: WorldNode = {
      number: this.#nodes.length,
      cluster,
      lives: 0,
      router: undefined,
      offers: new Map(),
      proxies: new Map(),
      listed: new Map(),
      wires: new Map(),
    };
    this.#nodes.push(node);
    this.restart(node.number);
    return node.number;
  }

  isAlive(number: number): boolean {
    return this.#node(number).router !== undefined;
  }

  /** The router of a live node. */
  router(number: number): HopRouter {
    const { router } = this.#node(number);
    if (router === undefined) throw new Error(`Node ${number} is dead`);
    return router;
  }

  /** What a node lists now. */
  listed(number: number): readonly GroupView[] {
    return [...this.#node(number).listed.values()];
  }

  /** Registers `fun` with one resource; returns the offer's id. */
  register(number: number, offer: Partial<BookedOffer> & { readonly fun: string }): number {
    const node = this.#node(number);
    const full: BookedOffer = { resource: "r", maxHops: 3, scope: "", ...offer };
    const id = this.router(number).register({
      fun: functionName(full.fun),
      resources: [resourceName(full.resource)],
      maxHops: maxHops(full.maxHops),
      scope: full.scope,
    });
    node.offers.set(id, full);
    this.#turn(node);
    return id;
  }

  withdraw(number: number, id: number): void {
    const node = this.#node(number);
    if (node.offers.delete(id)) this.router(number).withdraw(id);
    this.#turn(node);
  }

  /** Ids of a node's own offers. */
  offersOf(number: number): number[] {
    return [...this.#node(number).offers.keys()];
  }

  /** What a gateway says for an origin of another dialect. */
  setProxy(number: number, proxy: BookedProxy): void {
    const node = this.#node(number);
    const { origin, base, maxHops: limit, funs } = proxy;
    this.router(number).setProxy({
      origin: nodeUrl(origin),
      cluster: clusterId(node.cluster),
      base,
      maxHops: maxHops(limit),
      source: OUTSIDE_LINK,
      offers: funs.map((fun) => ({ fun: functionName(fun), resources: [] })),
    });
    const key = `${origin} ${base} ${limit}`;
    if (funs.length === 0) node.proxies.delete(key);
    else node.proxies.set(key, proxy);
    this.#turn(node);
  }

  /** The gateway takes back all it said for others. */
  dropProxies(number: number): void {
    for (const proxy of [...this.#node(number).proxies.values()]) {
      this.setProxy(number, { ...proxy, funs: [] });
    }
  }

  /** The peer's frames on their way are lost, and the node asks it to start over. */
  dropAndResync(number: number, peer: number): void {
    const wire = this.#wires.get(pair(number, peer));
    const node = this.#node(number);
    if (wire === undefined || !node.wires.has(wire.link)) return;
    const incoming = wire.directions.find((direction) => direction.to === node);
    if (incoming !== undefined) incoming.dropBelow = incoming.sent;
    node.router?.resync(wire.link);
    this.#turn(node);
  }

  isLinked(one: number, other: number): boolean {
    return this.#wires.has(pair(one, other));
  }

  link(one: number, other: number): void {
    const [a, b] = [this.#node(one), this.#node(other)];
    if (a === b || !a.router || !b.router || this.isLinked(one, other)) return;
    const direction = (from: WorldNode, to: WorldNode): Direction => {
      const delay = this.#options.delay?.(from.number, to.number) ?? 1000 ** this.#random();
      const counts = { upAt: 0, lastArrival: 0, inFlight: 0, dropBelow: 0, sent: 0 };
      return { from, to, delay, ...counts, names: new Map(), said: new Map() };
    };
    const wire: Wire = {
      link: this.#nextLink++,
      isCut: false,
      directions: [direction(a, b), direction(b, a)],
    };
    this.#wires.set(pair(one, other), wire);
    for (const outgoing of wire.directions) this.#raise(wire, outgoing);
  }

  cut(one: number, other: number): void {
    const wire = this.#wires.get(pair(one, other));
    if (wire === undefined) return;
    wire.isCut = true;
    this.#wires.delete(pair(one, other));
    for (const { from: node, delay, upAt } of wire.directions) {
      const { router } = node;
      this.#at(Math.max(upAt, this.#queue.now + delay * this.#random()), () => {
        if (!node.wires.delete(wire.link) || node.router !== router) return;
        router?.linkDown(wire.link, this.#queue.now);
        this.#turn(node);
      });
    }
  }

  crash(number: number): void {
    const node = this.#node(number);
    node.router = undefined;
    node.offers.clear();
    node.proxies.clear();
    node.listed.clear();
    node.wires.clear();
    for (const other of this.#nodes) this.cut(number, other.number);
  }

  restart(number: number): void {
    const node = this.#node(number);
    if (node.router !== undefined) return;
    node.lives++;
    const { retentionMs = 0, tombstonesMax = 64 } = this.#options;
    node.router = new HopRouter({
      self: {
        url: nodeUrl(urlOf(number)),
        cluster: clusterId(node.cluster),
        incarnation: incarnation(lifeOf(node)),
      },
      observer: { groupChanged: (view) => this.#note(node, view) },
      policy: this.#policy,
      retentionMs,
      tombstonesMax,
    });
  }

  /** Another policy holds from now on, everywhere. */
  changePolicy(policy: PeeringPolicy): void {
    this.#policy = policy;
    for (const node of this.#nodes) {
      node.router?.setPolicy(policy);
      this.#turn(node);
    }
  }

  /** Lets `duration` pass. */
  pass(duration: number): void {
    this.#queue.run(this.#queue.now + duration);
  }

  /** Runs until nothing is on its way. */
  settle(): void {
    this.#queue.run(Infinity);
  }

  /** Every difference between what is listed, or told, and what the live, permitted graph says; at rest there is none. */
  differences(): string[] {
    return [
      ...this.refused,
      ...listingDifferences(this.#nodes, this.#policy),
      ...wordDifferences(this.#nodes, this.#policy),
    ];
  }

  /** Groups, dirty marks and retained contents that are left, over all live nodes. */
  leftovers(): { groups: number; dirty: number; retained: number } {
    const sum = { groups: 0, dirty: 0, retained: 0 };
    for (const { router } of this.#nodes) {
      router?.expire(Infinity);
      const sizes = router?.sizes();
      sum.groups += sizes?.groups ?? 0;
      sum.dirty += sizes?.dirty ?? 0;
      sum.retained += sizes?.retained ?? 0;
    }
    return sum;
  }

  #node(number: number): WorldNode {
    const node = this.#nodes[number];
    if (node === undefined) throw new RangeError(`No node has the number ${number}`);
    return node;
  }

  #note(node: WorldNode, view: GroupView): void {
    const before = node.listed.get(view.index);
    if (before?.distance === view.distance && before?.offers === view.offers) {
      this.refused.push(`node ${node.number} was told of a change that is none`);
    }
    if (view.distance === undefined) node.listed.delete(view.index);
    else node.listed.set(view.index, view);
    this.#options.onListing?.(node.number, view);
  }

  #raise(wire: Wire, outgoing: Direction): void {
    const { from: node, to, delay } = outgoing;
    const { router } = node;
    const peer = {
      url: nodeUrl(urlOf(to.number)),
      cluster: clusterId(to.cluster),
      incarnation: incarnation(lifeOf(to)),
    };
    outgoing.upAt = this.#queue.now + delay * this.#random();
    this.#at(outgoing.upAt, () => {
      if (node.router !== router || router === undefined) return;
      node.wires.set(wire.link, wire);
      router.linkUp(wire.link, peer, "vector", this.#queue.now);
      this.#turn(node);
    });
  }

  /** One turn of a node's event loop is over. */
  #turn(node: WorldNode): void {
    const { router } = node;
    if (router === undefined || !router.hasPending()) return;
    const output: RouterOutput = {
      send: (link, messages) => this.#send(node, link, messages),
      flood: () => {
        throw new Error("No link speaks another dialect here");
      },
    };
    const isWritable = (link: LinkId): boolean => {
      const outgoing = node.wires.get(link)?.directions.find(({ from }) => from === node);
      return outgoing !== undefined && outgoing.inFlight < (this.#options.window ?? Infinity);
    };
    router.flush(output, isWritable, this.#queue.now);
  }

  #send(node: WorldNode, link: LinkId, messages: readonly PropagationMessage[]): void {
    const wire = node.wires.get(link);
    const outgoing = wire?.directions.find(({ from }) => from === node);
    if (wire === undefined || outgoing === undefined) return;
    const incoming = wire.directions.find(({ to }) => to === node);
    const { to, delay } = outgoing;
    this.#options.onFrame?.(node.number, to.number, messages);
    for (const message of messages) noteWord(outgoing, message);
    // Delivery is reckoned in absolute times: never before the last frame, nor before the other end is up.
    const jittered = this.#options.delay === undefined ? delay * (0.5 + this.#random()) : delay;
    const now = this.#queue.now;
    const at = Math.max(now + jittered, outgoing.lastArrival, incoming?.upAt ?? 0);
    const number = outgoing.sent++;
    outgoing.lastArrival = at;
    outgoing.inFlight++;
    const wasCut = wire.isCut;
    this.#at(at, () => {
      outgoing.inFlight--;
      if (!wasCut && number >= outgoing.dropBelow && to.wires.has(link)) {
        const fault = to.router?.receive(link, messages, this.#queue.now);
        if (fault !== undefined) this.refused.push(`node ${to.number}: ${fault}`);
        this.#turn(to);
      }
      if (node.wires.has(link)) this.#turn(node);
    });
  }

  #at(at: number, action: () => void): void {
    this.#queue.add(at, action);
  }
}

function noteWord({ names, said }: Direction, message: PropagationMessage): void {
  if (message.type === "fresh") said.clear();
  else if (message.type === "name") names.set(message.handle, message.group);
  else if (message.type === "reach") {
    const name = names.get(message.handle);
    if (name === undefined) throw new Error("A header came before its name");
    if (message.hopCount === undefined) said.delete(keyOf(name));
    else said.set(keyOf(name), message.hopCount);
  }
}

function pair(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
