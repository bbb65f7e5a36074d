/**
 * The node core: one event in, effects out.
 *
 * This file only connects rooms. Offers travel through the hop router (and, for peers of the reference's dialect, the
 * gateway) into the function registry; calls pass the two doors into the call router, which asks the registry. Time comes with
 * each event, randomness with `boot`; announcements that a turn made leave with the `tick` at its end.
 *
 * @module
 */

import { AnnouncementTracker } from "../federation/announcement_tracker.ts";
import type { ClusterPolicy } from "../federation/cluster_policy.ts";
import { ClusterRules } from "../federation/cluster_rules.ts";
import { FunctionRegistry, type Listing } from "../federation/function_registry.ts";
import { HopRouter } from "../federation/hop_router.ts";
import { ReferenceGateway } from "../federation/reference_gateway.ts";
import type { JsonMessage } from "../protocol/json_messages.ts";
import type { FunctionName, NodeUrl } from "../protocol/names.ts";
import type { Reach } from "../protocol/reach.ts";
import { seededRandom } from "../protocol/seeded_random.ts";
import { isPropagation, type V1Message } from "../protocol/v1_messages.ts";
import { CallEnds } from "./call_ends.ts";
import { failure } from "./call_record.ts";
import { CallRouter } from "./call_router.ts";
import { CallStreams } from "./call_streams.ts";
import { ClusterFormer } from "./cluster_former.ts";
import { ClientOffers } from "./client_offers.ts";
import { CLOSE } from "./close_codes.ts";
import type { CoreSizes } from "./core_sizes.ts";
import { type ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import { ConnectionLife, type Part } from "./connection_life.ts";
import { DialBook } from "./dial_book.ts";
import type { EdgeEffects, NodeOwnerEffects } from "./effects.ts";
import type { NodeCommand, NodeEvent, WireMessage } from "./events.ts";
import { FunctionTable } from "./function_table.ts";
import { Heartbeat } from "./heartbeat.ts";
import { JsonDoor } from "./json_door.ts";
import { KeptValues } from "./kept_values.ts";
import { type Drop, LinkKeeper, type NodeIdentity } from "./link_keeper.ts";
import { LinkOutput } from "./link_output.ts";
import { type LinkView, linkViews } from "./link_view.ts";
import type { Machine } from "./machine.ts";
import { NodeExit } from "./node_exit.ts";
import { OwnCalls } from "./own_calls.ts";
import { OwnFunctions } from "./own_functions.ts";
import { PeerDialer } from "./peer_dialer.ts";
import { PeerSets } from "./peer_sets.ts";
import { Replies } from "./replies.ts";
import { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";
import { UrlWatch } from "./url_watch.ts";
import { V1Door } from "./v1_door.ts";

/** What a node core is made from. */
export interface NodeCoreOptions extends NodeIdentity {
  /** Nodes to keep links to. */
  readonly peers: readonly NodeUrl[];
  /** How providers are reached. Default `"auto"`. */
  readonly reach?: Reach;
  /** Whether nodes of this cluster find each other and link themselves. Default `false`: only `peers` are dialled. */
  readonly formsCluster?: boolean;
  /** Shortest result that goes straight to the node of the next command, in UTF-16 units of JSON. Default: 16 Ki. */
  readonly handOverUnitsMin?: number;
  /** Rules for other clusters, until a `rules` event brings others. Default: everything is allowed. */
  readonly rules?: ClusterPolicy;
}

const NO_RANDOM = new Uint32Array([1, 2, 3, 4]);

/** The pure machine of a node. */
export class NodeCore implements Machine<NodeCommand, NodeOwnerEffects> {
  readonly #self: NodeIdentity;
  readonly #connections = new ConnectionTable();
  readonly #dials = new DialBook();
  readonly #functions = new FunctionTable();
  readonly #offered: OwnFunctions;
  readonly #registry: FunctionRegistry;
  readonly #router: HopRouter;
  readonly #gateway: ReferenceGateway;
  readonly #output: LinkOutput;
  readonly #peers: PeerDialer;
  readonly #named: PeerSets;
  readonly #links: LinkKeeper;
  readonly #former: ClusterFormer;
  readonly #heartbeat: Heartbeat;
  readonly #urls: UrlWatch;
  readonly #kept: KeptValues;
  readonly #streams = new CallStreams(this.#connections);
  readonly #calls: CallRouter;
  readonly #requests: RequestRunner;
  readonly #own: OwnCalls;
  readonly #life: ConnectionLife;
  readonly #v1: V1Door;
  readonly #json: JsonDoor;
  readonly #exit: NodeExit;
  readonly #initialPeers: readonly NodeUrl[];
  #random: () => number = seededRandom(NO_RANDOM);
  /** The step that is being taken: rooms that report through observers need its sinks. */
  #turn: Turn | undefined;
  /** Something may have changed that announcements, gateway or dials must know at the end of this turn. */
  #isStirred = false;
  #housekeepingAt = Infinity;

  /** Makes a core; its first event must be `boot`. */
  constructor(options: NodeCoreOptions) {
    const { url, cluster, incarnation } = options;
    const self = this.#self = { url, cluster, incarnation };
    const random = (): number => this.#random();
    const drop: Drop = (turn, record, code, reason) => {
      this.#isStirred = true;
      this.#life.drop(turn, record, code, reason);
    };
    const part: Part = (turn, record, reason, last) => {
      this.#isStirred = true;
      this.#life.part(turn, record, reason, last);
    };
    const ends: CallEnds = new CallEnds(() => ({ calls, requests, replies, own: this.#own }));
    const tellAccepted = ends.accepted.bind(ends);
    const tellProgress = ends.progress.bind(ends);
    const reply = ends.reply.bind(ends);
    const isDraining = (): boolean => this.#exit.isDraining;
    const connections = this.#connections;
    const dials = this.#dials;
    const kept = this.#kept = new KeptValues(random, options.handOverUnitsMin);
    const functions = this.#functions;

    const rules = new ClusterRules(cluster, options.rules);
    const router = this.#router = new HopRouter({
      self,
      observer: {
        groupChanged: (view) => {
          registry.apply(view);
          this.#former.groupChanged(view);
          peers.groupChanged(view);
        },
      },
      policy: rules,
    });
    const registry = this.#registry = new FunctionRegistry(router.known, ({ type, listing }) => {
      if (type !== "lost") this.#calls.offered(listing.fun);
      this.#turn?.owner.report({ type: `offer_${type}`, listing });
    });
    const tracker = new AnnouncementTracker();
    const gateway = this.#gateway = new ReferenceGateway({
      self,
      router,
      tracker,
      ownOffers: (cluster) =>
        [...functions.all()].filter((one) => one.isOffered && rules.tells(one.scope, cluster)),
      met: ({ url: peer }) =>
        this.#turn?.owner.report({ type: "link_up", peer, dialect: "json", reason: "" }),
    });
    const offered = this.#offered = new OwnFunctions({
      ...{ functions, router, registry, gateway, rules },
      changed: () => void (this.#isStirred = true),
      withdrawn: (turn, registration) => this.#calls.withdrawn(turn, registration),
    });
    const clientOffers = new ClientOffers(offered);
    this.#output = new LinkOutput(self, connections, router, gateway);
    const peers = this.#peers = new PeerDialer(
      dials,
      random,
      (peer) => this.#links.linkTo(peer) !== undefined,
      registry.hasOrigin.bind(registry),
    );
    this.#named = new PeerSets(peers);
    const former = this.#former = new ClusterFormer({
      ...{ self, connections, peers, random, isOn: options.formsCluster ?? false },
      links: () => this.#links,
    });
    const links = this.#links = new LinkKeeper({
      ...{ self, connections, router, peers, drop, observer: former },
      isBusy: ({ id, inbound }) => inbound.size > 0 || this.#calls.carries(id),
    });
    const offers = clientOffers.has.bind(clientOffers);
    this.#heartbeat = new Heartbeat(connections, drop, gateway.isSpare.bind(gateway), offers);
    this.#urls = new UrlWatch(url, router);
    const reach = options.reach ?? "auto";
    const calls: CallRouter = this.#calls = new CallRouter({
      ...{ self, reach, random, registry, router, functions, links, connections, dials, drop },
      ...{ reply, tellAccepted, kept, streams: this.#streams },
      keptOut: registry.keptOut.bind(registry),
    });
    const replies = new Replies(connections, kept);
    const observe = replies.observe.bind(replies);
    const serves = functions.serves.bind(functions);
    const requests: RequestRunner = this.#requests = new RequestRunner({
      ...{ self, calls, registry, reply, tellAccepted, tellProgress, observe, serves },
    });
    this.#own = new OwnCalls({ self, calls, requests });
    const answering = { calls, requests, reply, isDraining };
    this.#v1 = new V1Door({ ...answering, clientOffers, drop, part, self: url, kept });
    this.#json = new JsonDoor({ ...answering, self: url, gateway, peers });
    this.#exit = new NodeExit({
      ...{ connections, functions, calls, requests, kept, drop },
      output: this.#output,
    });
    this.#life = new ConnectionLife({
      ...{ connections, dials, links, peers, gateway, calls, clientOffers, own: this.#own },
      // Functions that may still end may need to call others for it.
      takes: (purpose) => !this.#exit.isLeaving || (purpose === "call" && !this.#exit.isGone),
    });
    this.#initialPeers = options.peers;
  }

  /** All offers in reach, this node's own included. */
  listings(): Iterable<Listing> {
    return this.#registry.listings();
  }

  /** All offers in reach of one function, nearest first. */
  offersOf(fun: FunctionName): readonly Listing[] {
    return this.#registry.offersOf(fun);
  }

  /** All links that are up. */
  links(): LinkView[] {
    return linkViews(this.#connections, this.#links, this.#gateway.peers());
  }

  /** Counts of everything that can grow, for tests and for whoever watches a node. */
  sizes(): CoreSizes {
    let inbound = 0;
    for (const record of this.#connections.all()) {
      inbound += Math.max(record.inbound.size, record.wishes.size);
    }
    return {
      ...this.#router.sizes(),
      connections: this.#connections.size,
      calls: this.#calls.pendingCount,
      requests: this.#requests.runningCount,
      running: this.#functions.runningCount,
      listings: this.#registry.size,
      own: this.#own.size,
      inbound,
      queued: this.#calls.callConnections.queuedCount,
      reference: Object.values(this.#gateway.sizes()).reduce((sum, one) => sum + one, 0),
      parked: this.#calls.parkedCount,
      kept: this.#kept.size,
      slotQueue: this.#calls.slotQueueCount,
      stuck: this.#functions.stuckCount,
      streams: this.#streams.size,
    };
  }

  /** Takes one event; see {@linkcode Machine.step}. */
  step(event: NodeEvent, edges: EdgeEffects, owner: NodeOwnerEffects): number {
    const turn = { now: event.now, edges, owner };
    this.#turn = turn;
    if (event.type === "tick") this.#tick(turn);
    else this.#take(turn, event);
    if (this.#calls.nextDeadlineAt <= turn.now) this.#calls.expire(turn);
    if (this.#exit.isLeaving) this.#exit.step(turn);
    this.#turn = undefined;
    if (this.#isStirred) return turn.now;
    return Math.min(this.#housekeepingAt, this.#calls.nextDeadlineAt, this.#exit.wakeAt);
  }

  #tick(turn: Turn): void {
    this.#isStirred = false;
    this.#housekeepingAt = Math.min(
      this.#exit.isLeaving ? Infinity : this.#former.step(turn),
      this.#exit.isLeaving ? Infinity : this.#peers.step(turn),
      this.#links.step(turn),
      this.#heartbeat.step(turn),
      this.#output.flush(turn),
      this.#router.expire(turn.now),
      this.#urls.step(turn),
    );
    this.#exit.flushed(turn);
    this.#calls.callConnections.expire(turn);
  }

  #take(turn: Turn, event: Exclude<NodeEvent, { type: "tick" }>): void {
    switch (event.type) {
      case "received":
        return this.#received(turn, event.connection, event.messages);
      case "returned":
        return this.#calls.ran(turn, event.invocation, { ok: true, value: event.value });
      case "yielded":
      case "want":
        return this.#calls.traffic.ran(turn, event);
      case "threw":
        return this.#calls.ran(turn, event.invocation, failure(event.error));
      case "call":
      case "request":
        return this.#own.begin(turn, event);
      case "explain":
        return this.#own.explain(turn, event);
      case "cancel":
        return this.#own.cancel(turn, event.call);
      case "read":
      case "give":
        return this.#own.flows(turn, event);
      case "malformed":
        return this.#malformed(turn, event);
      case "congested":
      case "drained":
        return this.#flow(turn, event.connection, event.type === "drained");
    }
    this.#isStirred = true;
    switch (event.type) {
      case "boot":
        this.#random = seededRandom(event.seed);
        for (const peer of this.#initialPeers) this.#named.add(peer, turn.now);
        return;
      case "join":
        return this.#named.add(event.url, turn.now);
      case "peers":
        return this.#named.set(event.source, event.urls, turn.now);
      case "resync":
        return this.#links.resync(event.peer);
      case "register":
        return void this.#offered.register(turn, event);
      case "rules":
        return this.#offered.setRules(turn, event.rules);
      case "serve":
        return this.#functions.serve(event.registration, event.fun);
      case "withdraw":
        return this.#offered.withdraw(turn, event.registration);
      case "opened":
        return this.#life.opened(turn, event);
      case "closed":
        this.#urls.closed(this.#connections.get(event.connection), event.code);
        return this.#life.closed(turn, event.connection, event.reason || `code ${event.code}`);
      case "dial_failed":
        return this.#life.dialFailed(turn, event);
      case "drain":
        this.#gateway.leave();
        for (const one of this.#functions.all()) this.#offered.takeBack(turn, one);
        return this.#exit.begin(turn.now, event.timeoutMs);
    }
  }

  #received(turn: Turn, connection: number, messages: readonly WireMessage[]): void {
    const record = this.#connections.get(connection);
    if (record === undefined) return;
    record.heardAt = turn.now;
    record.pingedAt = 0;
    if (record.dialect === "json") {
      for (const message of messages) this.#json.take(turn, record, message as JsonMessage);
      if (record.role === "reference") this.#isStirred = true;
    } else this.#receivedV1(turn, record, messages as readonly V1Message[]);
  }

  #receivedV1(turn: Turn, record: ConnectionRecord, messages: readonly V1Message[]): void {
    const offers = [];
    for (const message of messages) {
      // An earlier message of the frame may have ended the connection.
      if (this.#connections.get(record.id) === undefined) return;
      if (message.type === "hello") this.#hello(turn, record, message);
      else if (record.role === "parting") return;
      else if (record.role === "new") {
        return this.#life.drop(turn, record, CLOSE.protocol, `${message.type} before hello`);
      } else if (record.role === "link" && isPropagation(message)) offers.push(message);
      else if (record.role === "link" && message.type === "members") {
        this.#former.hear(record.id, message);
        this.#isStirred = true;
      } else this.#v1.take(turn, record, message);
    }
    if (offers.length === 0) return;
    this.#isStirred = true;
    const violation = this.#router.receive(record.id, offers, turn.now);
    if (violation !== undefined) this.#life.drop(turn, record, CLOSE.protocol, violation);
  }

  #hello(turn: Turn, record: ConnectionRecord, hello: Extract<V1Message, { type: "hello" }>): void {
    this.#isStirred = true;
    this.#links.hello(turn, record, hello);
    if (record.role === "link") this.#urls.accepted();
    if (record.purpose === "call" && record.role === "caller") {
      this.#calls.callConnections.ready(turn, record);
    }
  }

  #malformed(turn: Turn, event: Extract<NodeEvent, { type: "malformed" }>): void {
    const record = this.#connections.get(event.connection);
    if (record === undefined) return;
    const closed = record.dialect !== "json";
    const { message } = event.error;
    turn.owner.report({ type: "protocol_error", remote: record.remote, message, closed });
    if (closed) this.#life.drop(turn, record, CLOSE.protocol, message);
    else this.#json.malformed(turn, record, event.error);
  }

  #flow(turn: Turn, connection: number, isWritable: boolean): void {
    const record = this.#connections.get(connection);
    if (record === undefined) return;
    record.writable = isWritable;
    if (!isWritable) return;
    this.#isStirred = true;
    this.#streams.drained(turn, connection);
  }
}
