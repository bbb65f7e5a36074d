/**
 * Graphs to measure on, made from a seed, and the truth about them: breadth-first search.
 *
 * @module
 */

import { seededRandom } from "../../lib/protocol/seeded_random.ts";

/** Kinds of graphs: Erdős–Rényi, or clusters with bridges between them. */
export type Topology = "er" | "clusters";

/** Links of a node, on average. */
const DEGREE = 7;
const CLUSTER_SIZE = 20;
/** Of {@linkcode DEGREE}, the links that leave the cluster. */
const BRIDGES_PER_NODE = 0.75;

/** An undirected graph that can lose links and nodes. */
export class Graph {
  /** Neighbours of each node. */
  readonly #neighbours: Set<number>[] = [];

  /** Nodes, dead ones too: they have no links. */
  get size(): number {
    return this.#neighbours.length;
  }

  /** Links in all. */
  get linkCount(): number {
    return this.#neighbours.reduce((sum, some) => sum + some.size, 0) / 2;
  }

  /** Adds a node without links; returns its number. */
  add(): number {
    return this.#neighbours.push(new Set()) - 1;
  }

  /** Adds a link; `false` when there is one, or the ends are one node. */
  link(one: number, other: number): boolean {
    if (one === other || this.of(one).has(other)) return false;
    this.of(one).add(other);
    this.of(other).add(one);
    return true;
  }

  /** Takes a link away. */
  cut(one: number, other: number): void {
    this.of(one).delete(other);
    this.of(other).delete(one);
  }

  /** Neighbours of a node. */
  of(node: number): Set<number> {
    const some = this.#neighbours[node];
    if (some === undefined) throw new RangeError(`No node has the number ${node}`);
    return some;
  }

  /** Every link once. */
  *links(): Iterable<readonly [number, number]> {
    for (const [node, some] of this.#neighbours.entries()) {
      for (const other of some) if (node < other) yield [node, other];
    }
  }

  /** Nodes within `radius` links, with their distance; the node itself is at 0. */
  within(node: number, radius: number): Map<number, number> {
    const found = new Map([[node, 0]]);
    let edge = [node];
    for (let distance = 1; distance <= radius; distance++) {
      const next: number[] = [];
      for (const at of edge) {
        for (const other of this.of(at)) {
          if (found.has(other)) continue;
          found.set(other, distance);
          next.push(other);
        }
      }
      edge = next;
    }
    return found;
  }
}

/** A whole number below `below`, from a source of numbers in [0, 1). */
export function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

/** The seed's source of numbers. */
export function randomOf(seed: number): () => number {
  return seededRandom(new Uint32Array([seed, 0x9e3779b9, 0x243f6a88, 0xb7e15162]));
}

/** A graph of a kind; {@linkcode clusterOf} says which cluster a node of it is in. */
export function graphOf(topology: Topology, nodes: number, random: () => number): Graph {
  const graph = new Graph();
  for (let node = 0; node < nodes; node++) graph.add();
  if (topology === "er") {
    const links = Math.round(nodes * DEGREE / 2);
    scatter(links, () => graph.link(below(random, nodes), below(random, nodes)));
    return graph;
  }
  for (let first = 0; first < nodes; first += CLUSTER_SIZE) {
    const size = Math.min(CLUSTER_SIZE, nodes - first);
    const room = size * (size - 1) / 2;
    const links = Math.min(room, Math.round(size * (DEGREE - BRIDGES_PER_NODE) / 2));
    scatter(links, () => graph.link(first + below(random, size), first + below(random, size)));
  }
  if (nodes > CLUSTER_SIZE) {
    scatter(Math.round(nodes * BRIDGES_PER_NODE / 2), () => {
      const [one, other] = [below(random, nodes), below(random, nodes)];
      return clusterOf("clusters", one) !== clusterOf("clusters", other) && graph.link(one, other);
    });
  }
  return graph;
}

/** The cluster of a node. */
export function clusterOf(topology: Topology, node: number): string {
  return topology === "er" ? "c0" : `c${Math.floor(node / CLUSTER_SIZE)}`;
}

function scatter(count: number, place: () => boolean): void {
  for (let placed = 0; placed < count;) if (place()) placed++;
}
