import type { Chance } from "./seeded_chance.ts";

/** Shapes of federations. */
export const TOPOLOGIES = ["ring", "tree", "grid", "random", "scale-free", "clusters"] as const;

/** A shape of a federation. */
export type Topology = (typeof TOPOLOGIES)[number];

/** Who dials whom: numbers of nodes. */
export type Edge = readonly [dialler: number, dialled: number];

/** Nodes of a cluster, where the shape is clusters. */
const CLUSTER_NODES = 4;
/** Links of a node on average, where the shape is random. */
const RANDOM_DEGREE = 3;

/** The edges of a connected federation of this shape; which end dials is drawn, too. */
export function edgesOf(topology: Topology, nodes: number, chance: Chance): Edge[] {
  const pairs = new Map<string, Edge>();
  const link = (one: number, other: number): void => {
    if (one === other || one >= nodes || other >= nodes) return;
    const key = one < other ? `${one} ${other}` : `${other} ${one}`;
    if (!pairs.has(key)) pairs.set(key, chance.isHit(0.5) ? [one, other] : [other, one]);
  };
  SHAPES[topology](nodes, chance, link);
  return [...pairs.values()];
}

type Link = (one: number, other: number) => void;

const SHAPES: Readonly<Record<Topology, (nodes: number, chance: Chance, link: Link) => void>> = {
  ring: (nodes, _chance, link) => {
    for (let node = 0; node < nodes; node += 1) link(node, (node + 1) % nodes);
  },
  tree: (nodes, chance, link) => {
    for (let node = 1; node < nodes; node += 1) link(chance.below(node), node);
  },
  grid: (nodes, _chance, link) => {
    const width = Math.max(1, Math.ceil(Math.sqrt(nodes)));
    for (let node = 0; node < nodes; node += 1) {
      if (node % width < width - 1) link(node, node + 1);
      link(node, node + width);
    }
  },
  random: (nodes, chance, link) => {
    for (let node = 1; node < nodes; node += 1) link(chance.below(node), node);
    const more = Math.max(0, (nodes * RANDOM_DEGREE) / 2 - nodes);
    for (let count = 0; count < more; count += 1) link(chance.below(nodes), chance.below(nodes));
  },
  "scale-free": (nodes, chance, link) => {
    const ends = [0];
    for (let node = 1; node < nodes; node += 1) {
      for (let count = 0; count < 2; count += 1) {
        const other = chance.pick(ends);
        if (other === node) continue;
        link(other, node);
        ends.push(other, node);
      }
    }
  },
  clusters: (nodes, chance, link) => {
    for (let node = 0; node < nodes; node += 1) {
      const first = node - node % CLUSTER_NODES;
      for (let other = first; other < node; other += 1) link(other, node);
      if (node === first && first > 0) {
        const bridges = chance.between(1, 2);
        for (let count = 0; count < bridges; count += 1) {
          link(chance.below(first), first + chance.below(Math.min(CLUSTER_NODES, nodes - first)));
        }
      }
    }
  },
};
