/**
 * What may be asked of federations in which nodes of the reference's kind flood beside those of farcall.
 *
 * On paths of farcall nodes everything holds: what farcall nodes offer is listed exactly where such a path leads, and what a
 * flooding node offers is listed by whoever has such a path to a node that is linked with it. What was heard through flooding
 * nodes is best effort: it may be missing, but it was offered once, and offers of farcall nodes expire where they are gone.
 *
 * @module
 */

import type { Listing } from "../federation/function_registry.ts";
import { MAX_HOPS_DEFAULT } from "../protocol/limits.ts";
import {
  expectedListings,
  linkViolations,
  listedKey,
  listedValue,
  search,
  type TableNode,
} from "./table_checker.ts";
import type { Violation } from "./violation.ts";

/** A flooding node, by the book. */
export interface MixedNode {
  /** For people. */
  readonly name: string;
  readonly url: string;
  readonly cluster: string;
  readonly functions: readonly string[];
  readonly resources: readonly string[];
  readonly isAlive: boolean;
  /** Live farcall nodes that are its neighbours, by name. */
  readonly gateways: readonly string[];
}

/** What is wrong with the lists of farcall nodes at rest; `areGhostsDue` = what expires has had the time for it. */
export function mixedViolations(
  nodes: readonly TableNode[],
  flooders: readonly MixedNode[],
  areGhostsDue: boolean,
): Violation[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const expected = expectedListings(nodes);
  const offered = new Set(nodes.flatMap((node) => [...expected.get(node)?.keys() ?? []]));
  return nodes.flatMap((node) => {
    const wanted = expected.get(node) ?? new Map<string, string>();
    const listed = new Map(node.listings.map((listing) => [listedKey(listing), listing]));
    return [
      ...linkViolations(node, byName),
      ...exactViolations(node, wanted, listed),
      ...node.listings.flatMap((listing) =>
        wanted.has(listedKey(listing))
          ? []
          : strangeViolations(node, listing, { flooders, nodes, offered, areGhostsDue })
      ),
      ...flooders.flatMap((flooder) => nearViolations(node, flooder, listed, byName)),
    ];
  });
}

function exactViolations(
  { name }: TableNode,
  wanted: ReadonlyMap<string, string>,
  listed: ReadonlyMap<string, Listing>,
): Violation[] {
  return [...wanted].flatMap(([key, value]) => {
    const listing = listed.get(key);
    const is = listing === undefined ? "nothing" : listedValue(listing);
    if (is === value) return [];
    return [{ invariant: "I1", text: `${name} lists ${key} as ${is}, not ${value}` }];
  });
}

function strangeViolations(
  { name, lists }: TableNode,
  listing: Listing,
  { flooders, nodes, offered, areGhostsDue }: {
    readonly flooders: readonly MixedNode[];
    readonly nodes: readonly TableNode[];
    readonly offered: ReadonlySet<string>;
    readonly areGhostsDue: boolean;
  },
): Violation[] {
  const key = listedKey(listing);
  if (lists?.(listing.cluster, listing.fun) === false) {
    return [{ invariant: "I2", text: `${name} lists ${key}, which its import rules keep out` }];
  }
  const flooder = flooders.find(({ url }) => url === listing.origin);
  if (flooder !== undefined) {
    const isTrue = flooder.functions.includes(listing.fun) &&
      flooder.resources.join() === listing.resources.join();
    // What a living one passed on stays as long as the link to it.
    if (isTrue && areGhostsDue && flooders.every(({ isAlive }) => !isAlive)) {
      return [{ invariant: "I3", text: `${name} still lists ${key}, which is dead for long` }];
    }
    return isTrue ? [] : [{ invariant: "I2", text: `${name} lists ${key}, which nobody offers` }];
  }
  if (!areGhostsDue || offered.has(key)) return [];
  const isAlive = nodes.some(({ url }) => url === listing.origin);
  const why = isAlive ? "withdrawn" : "dead";
  return [{ invariant: "I3", text: `${name} still lists ${key}, which is ${why} for long` }];
}

/** What a flooding node offers reaches whoever has a path of farcall nodes to one of its neighbours. */
function nearViolations(
  node: TableNode,
  flooder: MixedNode,
  listed: ReadonlyMap<string, Listing>,
  byName: ReadonlyMap<string, TableNode>,
): Violation[] {
  let nearest = Infinity;
  for (const gateway of flooder.gateways) {
    const from = byName.get(gateway);
    const links = from === undefined
      ? undefined
      : search(from, MAX_HOPS_DEFAULT - 1, "", byName).get(node);
    nearest = Math.min(nearest, (links ?? Infinity) + 1);
  }
  if (nearest === Infinity) return [];
  return flooder.functions.flatMap((fun) => {
    if (node.lists?.(flooder.cluster, fun) === false) return [];
    const key = `${flooder.url} ${fun} [${flooder.resources.join(",")}]`;
    const is = listed.get(key)?.distance ?? Infinity;
    if (is <= nearest) return [];
    const text = `${node.name} lists ${fun} of ${flooder.name} ${is} links away, not ${nearest}`;
    return [{ invariant: "I1", text }];
  });
}
