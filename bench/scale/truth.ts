/**
 * What every node ought to list, against what it lists.
 *
 * @module
 */

import type { Federation } from "./federation.ts";
import { MAX_HOPS } from "./names.ts";

/** What the nodes offer now: the names of each, by node. */
export type Offered = ReadonlyMap<number, ReadonlySet<string>>;

/**
 * Checks some nodes: each lists exactly the offers within reach, at the right distance. Returns listings looked at.
 *
 * @throws {Error} At the first difference.
 */
export function checkListings(
  federation: Federation,
  offered: Offered,
  nodes: Iterable<number>,
  nodeOf: (url: string) => number,
): number {
  let looked = 0;
  for (const node of nodes) {
    if (!federation.lives(node)) continue;
    const distances = federation.graph.within(node, MAX_HOPS);
    let expected = 0;
    for (const origin of distances.keys()) expected += offered.get(origin)?.size ?? 0;
    const member = federation.member(node);
    let found = 0;
    for (const { fun, origin, distance } of member.listings()) {
      const provider = nodeOf(origin);
      if (distances.get(provider) !== distance || !offered.get(provider)?.has(fun)) {
        throw new Error(`Node ${node} lists ${fun} of ${origin} at ${distance}, which is wrong`);
      }
      found++;
    }
    if (found !== expected || member.listingCount !== expected) {
      throw new Error(`Node ${node} lists ${found} offers, ${expected} are in reach`);
    }
    looked += found;
  }
  return looked;
}
