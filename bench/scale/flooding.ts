/**
 * The baseline: flooding where the first arrival wins, and nothing else. One queue, each copy an object, ids in a set.
 *
 * @module
 */

import type { Graph } from "./graph.ts";

interface Copy {
  readonly to: number;
  readonly from: number;
  readonly id: number;
  readonly hops: number;
}

/** Lets every node announce `functions` functions at once; returns the copies delivered. */
export function flood(graph: Graph, functions: number, maxHops: number): number {
  const seen = Array.from({ length: graph.size }, () => new Set<number>());
  let queue: Copy[] = [];
  const tell = (from: number, except: number, id: number, hops: number): void => {
    for (const to of graph.of(from)) if (to !== except) queue.push({ to, from, id, hops });
  };
  for (let node = 0; node < graph.size; node++) {
    for (let k = 0; k < functions; k++) {
      const id = node * functions + k;
      seen[node]?.add(id);
      tell(node, -1, id, 0);
    }
  }
  let delivered = 0;
  while (queue.length > 0) {
    const copies = queue;
    queue = [];
    for (const { to, from, id, hops } of copies) {
      delivered++;
      const known = seen[to];
      if (known === undefined || known.has(id)) continue;
      known.add(id);
      if (hops + 1 < maxHops) tell(to, from, id, hops + 1);
    }
  }
  return delivered;
}
