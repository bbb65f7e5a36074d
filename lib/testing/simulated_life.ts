import type { NodeOwnerEffects } from "../core/effects.ts";
import type { NodeCommand } from "../core/events.ts";
import { NodeCore } from "../core/node_core.ts";
import type { ClusterPolicy } from "../federation/cluster_policy.ts";
import { type ClusterId, incarnation, type NodeUrl } from "../protocol/names.ts";
import { exactMs } from "./seeded_chance.ts";
import { SimulatedClock } from "./simulated_clock.ts";
import type { SimulatedFunction } from "./simulated_function.ts";
import { SimulatedHost } from "./simulated_host.ts";
import type { BookedOffer } from "./simulated_offer.ts";
import type { Place } from "./simulated_paths.ts";
import { SimulatedStreams } from "./simulated_streams.ts";
import type { WorldRooms } from "./world_rooms.ts";

/** A function of a life. */
export interface OfferedFunction {
  /** What it gives; `"streams"` = it does with streams what its arguments say. */
  readonly run: SimulatedFunction | "streams";
  /** Longest time a run takes, in ms. */
  readonly runMsMax: number;
}

/** One life of a node: from a start to its death. */
export interface Life {
  readonly core: NodeCore;
  readonly host: SimulatedHost<NodeCommand, NodeOwnerEffects>;
  readonly clock: SimulatedClock;
  readonly incarnation: string;
  readonly functions: Map<number, OfferedFunction>;
  /** Of the calls that it makes and of the functions that it runs. */
  readonly streams: SimulatedStreams;
  readonly offers: Map<number, BookedOffer>;
  isLeaving: boolean;
}

/** Who begins a life. */
interface Newborn {
  readonly url: NodeUrl;
  readonly cluster: ClusterId;
  readonly place: Place;
  readonly peers: Iterable<{ readonly address: NodeUrl }>;
  readonly policy: ClusterPolicy;
  readonly formsCluster: boolean;
  readonly handOverUnitsMin: number;
}

/**
 * A process with a new core, a clock of its own and nothing to offer yet.
 *
 * @param number Lives of this node so far, this one included.
 * @param behindMs How far the clock is behind what it would show.
 */
export function beginLife(
  rooms: WorldRooms,
  node: Newborn,
  number: number,
  behindMs: number,
  owner: NodeOwnerEffects,
): Life {
  const { chance, faults, queue, network, noted, calls } = rooms;
  const { url, cluster, place, peers, policy, formsCluster, handOverUnitsMin } = node;
  const skewMs = exactMs(faults.clockSkewMsMax * (2 * chance.next() - 1));
  const clock = new SimulatedClock(() => queue.now, skewMs - behindMs);
  const life = `${Math.floor(clock.now())}x${number}`;
  const core = new NodeCore({
    ...{ url, cluster, formsCluster, handOverUnitsMin, incarnation: incarnation(life) },
    peers: [...peers].map((peer) => peer.address),
    rules: policy,
  });
  const host = new SimulatedHost<NodeCommand, NodeOwnerEffects>(
    { queue, network, clock, place, noted },
    core,
    owner,
  );
  const streams = new SimulatedStreams({ queue, chance, post: (stamp) => host.post(stamp) }, calls);
  const books = { functions: new Map(), offers: new Map(), isLeaving: false };
  return { core, host, clock, incarnation: life, streams, ...books };
}
