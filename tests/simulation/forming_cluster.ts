/**
 * A simulated cluster whose nodes were told of one other node each, and what a cluster that formed itself looks like.
 *
 * @module
 */
import { type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";
import {
  CLUSTER_DIALLED_MIN,
  CLUSTER_LINKS,
  CLUSTER_LINKS_MAX,
  CLUSTER_MESH_MAX,
} from "../../lib/protocol/limits.ts";
import { seededNumbers } from "../property/seeded_numbers.ts";

/** A world with one cluster in it. */
export interface FormingCluster {
  readonly world: SimulatedWorld;
  readonly nodes: readonly SimulatedNode[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Nodes join in turn, each by one that is there already, drawn at random; pauses are drawn, too. */
export function formingCluster(seed: number, size: number): FormingCluster {
  const world = new SimulatedWorld({ seed, faults: { narrowChance: 0 } });
  const random = seededNumbers(seed);
  const nodes: SimulatedNode[] = [];
  const isStar = random() < 0.3;
  const pauseMsMax = random() < 0.5 ? 0 : 2_000;
  for (let number = 0; number < size; number += 1) {
    const known = nodes[isStar ? 0 : Math.floor(random() * nodes.length)];
    const peers = known === undefined ? [] : [known];
    nodes.push(world.addNode(`n${number}`, { peers, formsCluster: true }));
    if (pauseMsMax > 0) world.pass(Math.ceil(random() * pauseMsMax));
  }
  return { world, nodes, random };
}

/** What is wrong with the links of a cluster's living nodes; empty = it is as it ought to be. */
export function clusterFaults(nodes: readonly SimulatedNode[]): string[] {
  const live = nodes.filter((node) => node.isRunning);
  const faults: string[] = [];
  const apart = live.length - reachedFrom(live).size;
  if (apart > 0) faults.push(`${apart} of ${live.length} nodes are cut off`);
  const wanted = live.length <= CLUSTER_MESH_MAX
    ? live.length - 1
    : Math.min(CLUSTER_LINKS, live.length - 1);
  for (const node of live) {
    const links = node.links().length;
    const configured = nodes.filter((one) => one.peers.has(node) || node.peers.has(one)).length;
    if (links < wanted) faults.push(`${node.name} has ${links} of ${wanted} links`);
    if (links > CLUSTER_LINKS_MAX + CLUSTER_DIALLED_MIN + configured) {
      faults.push(`${node.name} has ${links} links`);
    }
  }
  return faults;
}

function reachedFrom(live: readonly SimulatedNode[]): ReadonlySet<string> {
  const byUrl = new Map(live.map((node) => [node.url as string, node]));
  const reached = new Set(live.slice(0, 1).map(({ url }) => url as string));
  for (const url of reached) {
    for (const next of byUrl.get(url)?.links() ?? []) if (byUrl.has(next)) reached.add(next);
  }
  return reached;
}
