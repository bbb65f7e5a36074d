/**
 * Who is in the churn test's federation: three clusters of four nodes, and which of them are linked.
 *
 * @module
 */

/** An offer, as the book has it. */
export interface ChurnOffer {
  readonly fun: string;
  readonly resources: readonly string[];
  readonly maxHops: number;
  /** A cluster that alone may hear of it; `""` = everybody. */
  readonly scope: string;
}

/** What one process is told. */
export interface ChurnPlan {
  readonly url: string;
  readonly cluster: string;
  readonly peers: readonly string[];
  readonly offers: readonly ChurnOffer[];
}

/** A configured link: who dials whom. */
export interface ChurnEdge {
  readonly from: number;
  readonly to: number;
}

/** The clusters; node `n` is in cluster `floor(n / 4)`. */
export const CLUSTERS = ["red", "green", "blue"] as const;
const NODES_PER_CLUSTER = 4;
/** How many nodes there are. */
export const NODE_COUNT = CLUSTERS.length * NODES_PER_CLUSTER;

/** Links between clusters: two from red to green, so that one may fall, one between the others. */
const BRIDGES: readonly ChurnEdge[] = [
  { from: 0, to: 4 },
  { from: 6, to: 2 },
  { from: 5, to: 8 },
  { from: 9, to: 1 },
];

/** A ring in each cluster, whose first link both ends dial, and the bridges. */
export function churnEdges(): ChurnEdge[] {
  const rings = CLUSTERS.flatMap((_, cluster) => {
    const first = cluster * NODES_PER_CLUSTER;
    const ring = Array.from({ length: NODES_PER_CLUSTER }, (_, index) => ({
      from: first + index,
      to: first + (index + 1) % NODES_PER_CLUSTER,
    }));
    return [...ring, { from: first + 1, to: first }];
  });
  return [...rings, ...BRIDGES];
}

/** The cluster of a node. */
export function clusterOf(node: number): string {
  return CLUSTERS[Math.floor(node / NODES_PER_CLUSTER)] ?? "";
}

/** A node's name for people. */
export function nameOf(node: number): string {
  return `${clusterOf(node)}-${node % NODES_PER_CLUSTER}`;
}

/**
 * What a node offers: each radius from 0 to 4, and something for its own cluster only.
 *
 * @param life Which life of the node it is: a ghost of an earlier one shows.
 */
export function offersOf(node: number, life: number): ChurnOffer[] {
  const everywhere = { resources: [], scope: "" };
  return [
    { ...everywhere, fun: "table", maxHops: 0 },
    { ...everywhere, fun: "near", maxHops: 1 },
    { ...everywhere, fun: "middle", maxHops: 2, resources: [nameOf(node)] },
    { ...everywhere, fun: "usual", maxHops: 3 },
    { ...everywhere, fun: "far", maxHops: 4, resources: [`life-${life}`] },
    { ...everywhere, fun: "inner", maxHops: 3, scope: clusterOf(node) },
  ];
}
