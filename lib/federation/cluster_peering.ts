/**
 * Whom to dial so that a cluster hangs together, by what one node knows.
 *
 * Up to {@linkcode CLUSTER_MESH_MAX} nodes all are linked with each other. In larger clusters each node wants
 * {@linkcode CLUSTER_LINKS} links to nodes drawn at random, {@linkcode CLUSTER_DIALLED_MIN} of them dialled by itself: random
 * graphs of that degree hang together, and go on doing so when several nodes fail at once, though no node knows all others.
 * A node sees mostly those who are near; of them it takes those whom fewest others see, a few at a time, since each new link
 * shows more. Else neighbourhoods would become cliques with few bridges between them.
 *
 * @module
 */

import { CLUSTER_DIALLED_MIN, CLUSTER_LINKS, CLUSTER_MESH_MAX } from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";

/** What one node knows of its cluster. */
export interface ClusterView {
  /** Links within the cluster that are up. */
  readonly links: number;
  /** How many of them this node dialled. */
  readonly dialled: number;
  /** Nodes that are being dialled, with good hope. */
  readonly hopes: number;
  /** Nodes without a link that are seen, those included that can't be dialled now. */
  readonly unlinked: number;
  /** Those of them that can be dialled, and how many tell of each. */
  readonly seen: ReadonlyMap<NodeUrl, number>;
}

/** Nodes of a larger cluster that are dialled at once, at most. */
const DIALS_AT_ONCE = 2;

/** Whether the cluster is so small that everybody is linked with everybody. */
export function isMesh({ links, unlinked }: ClusterView): boolean {
  return 1 + links + unlinked <= CLUSTER_MESH_MAX;
}

/**
 * Nodes to dial now.
 *
 * @param random Uniform in [0, 1).
 */
export function nodesToDial(view: ClusterView, random: () => number): NodeUrl[] {
  const { links, dialled, hopes, seen } = view;
  if (isMesh(view)) return [...seen.keys()];
  const missing = Math.max(CLUSTER_LINKS - links, CLUSTER_DIALLED_MIN - dialled);
  const count = Math.min(missing, DIALS_AT_ONCE) - hopes;
  return count > 0 ? leastSeen(seen, random).slice(0, count) : [];
}

function leastSeen(seen: ReadonlyMap<NodeUrl, number>, random: () => number): NodeUrl[] {
  return [...seen].map(([url, sightings]) => ({ url, order: sightings + random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ url }) => url);
}
