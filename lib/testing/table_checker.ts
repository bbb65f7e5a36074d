/**
 * What each node ought to list, searched breadth first on the live permitted graph, against what it lists.
 *
 * The checker is apart from the machine: it goes by the world's book of nodes, paths and offers, and knows nothing of
 * vectors, sessions or versions.
 *
 * @module
 */

import type { Listing } from "../federation/function_registry.ts";
import type { PeeringPolicy } from "../federation/peering_policy.ts";
import { type ClusterId, incarnation, maxHops, type NodeUrl } from "../protocol/names.ts";
import type { GroupName } from "../protocol/v1_messages.ts";
import type { ImportFilter } from "./import_filter.ts";
import type { Violation } from "./violation.ts";

/** A live node: what the book says of it, and what its core says. */
export interface TableNode {
  /** For people. */
  readonly name: string;
  readonly url: NodeUrl;
  readonly cluster: ClusterId;
  readonly incarnation: string;
  readonly policy: PeeringPolicy;
  /** Which offers of other clusters it lists. Default: all. */
  readonly lists?: ImportFilter;
  /** What it offers, by the book. */
  readonly offers: readonly {
    readonly fun: string;
    readonly resources: readonly string[];
    readonly maxHops: number;
    readonly scope: string;
  }[];
  /** Live nodes that it ought to have a link to, by name. */
  readonly neighbours: readonly string[];
  /** Links it says it has, by URL. */
  readonly links: readonly string[];
  /** Offers it says are in its reach. */
  readonly listings: readonly Listing[];
}

/** What is wrong with the tables of nodes at rest. */
export function tableViolations(nodes: readonly TableNode[]): Violation[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const expected = expectedListings(nodes);
  return nodes.flatMap((node) => {
    const listed = expected.get(node) ?? new Map();
    return [...linkViolations(node, byName), ...listingViolations(node, listed, byName)];
  });
}

/** What each node ought to list: by offer its distance and life, as {@linkcode listedValue} has it. */
export function expectedListings(
  nodes: readonly TableNode[],
): ReadonlyMap<TableNode, ReadonlyMap<string, string>> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const lives = new Map(nodes.map((node) => [node, new Map<string, Life>()]));
  for (const origin of nodes) expect(origin, byName, lives);
  return new Map(nodes.map((node) => {
    const known = [...lives.get(node)?.values() ?? []];
    return [node, new Map(known.flatMap((life) => [...life.listed]))];
  }));
}

/** An offer, as {@linkcode expectedListings} has it. */
export function listedKey({ origin, fun, resources }: Listing): string {
  return keyOf(origin, fun, resources);
}

/** How an offer is listed, as {@linkcode expectedListings} has it. */
export function listedValue({ distance, incarnation: life, cluster }: Listing): string {
  return valueOf(distance, life, cluster);
}

/** What a node ought to list of the latest life of one URL that is in its reach. */
interface Life {
  readonly incarnation: string;
  readonly listed: Map<string, string>;
}

/** Whether a node has the links that it ought to have, and no others. */
export function hasItsLinks(node: TableNode, nodes: readonly TableNode[]): boolean {
  const { links, neighbours } = node;
  if (links.length !== neighbours.length) return false;
  const byName = new Map(nodes.map((one) => [one.name, one]));
  return linkViolations(node, byName).length === 0;
}

function expect(
  origin: TableNode,
  byName: ReadonlyMap<string, TableNode>,
  expected: ReadonlyMap<TableNode, Map<string, Life>>,
): void {
  const searched = new Map<string, ReadonlyMap<TableNode, number>>();
  const nearest = new Map<string, number>();
  for (const { fun, resources, maxHops: limit, scope } of origin.offers) {
    const group = `${limit} ${scope}`;
    const distances = searched.get(group) ?? search(origin, limit, scope, byName);
    searched.set(group, distances);
    const key = keyOf(origin.url, fun, resources);
    for (const [node, distance] of distances) {
      const nodeKey = `${node.name} ${key}`;
      if (distance >= (nearest.get(nodeKey) ?? Infinity)) continue;
      nearest.set(nodeKey, distance);
      const value = valueOf(distance, origin.incarnation, origin.cluster);
      const life = lifeOf(origin, expected.get(node));
      if (node.lists?.(origin.cluster, fun) !== false) life?.listed.set(key, value);
    }
  }
}

/** Where a node notes what it ought to list of an origin; `undefined` = it ought to list a later life under that URL. */
function lifeOf(
  { url, incarnation: life }: TableNode,
  lives: Map<string, Life> | undefined,
): Life | undefined {
  const known = lives?.get(url);
  if (known !== undefined && known.incarnation >= life) {
    return known.incarnation === life ? known : undefined;
  }
  const made: Life = { incarnation: life, listed: new Map() };
  lives?.set(url, made);
  return made;
}

/** Links from the origin to each node that it may reach within the limit. */
export function search(
  origin: TableNode,
  limit: number,
  scope: string,
  byName: ReadonlyMap<string, TableNode>,
): ReadonlyMap<TableNode, number> {
  const { url, cluster } = origin;
  const life = incarnation(origin.incarnation);
  const hops = maxHops(limit);
  const name: GroupName = {
    origin: url,
    incarnation: life,
    maxHops: hops,
    scope,
    cluster,
    base: 0,
  };
  const found = new Map([[origin, 0]]);
  for (const [node, distance] of found) {
    if (distance >= limit) continue;
    for (const neighbour of node.neighbours) {
      const next = byName.get(neighbour);
      // Who has the origin's URL takes nobody's word about it.
      if (next === undefined || found.has(next) || next.url === url) continue;
      const isAllowed = node.policy.allows(name, node.cluster, next.cluster) &&
        next.policy.allows(name, node.cluster, next.cluster);
      if (isAllowed) found.set(next, distance + 1);
    }
  }
  return found;
}

export function linkViolations(
  node: TableNode,
  byName: ReadonlyMap<string, TableNode>,
): Violation[] {
  const near = new Map(node.neighbours.map((name) => [byName.get(name)?.url ?? name, name]));
  const [wanted, up] = [new Set<string>(near.keys()), new Set(node.links)];
  const shown = (url: string): string => near.get(url) ?? url;
  return [
    ...[...wanted].filter((url) => !up.has(url)).map((url) => ({
      invariant: "I6",
      text: `${node.name} has no link to ${shown(url)}, and the path works`,
    })),
    ...[...up].filter((url) => !wanted.has(url)).map((url) => ({
      invariant: "I3",
      text: `${node.name} has a link to ${shown(url)}, and it can't`,
    })),
  ];
}

function listingViolations(
  node: TableNode,
  expected: ReadonlyMap<string, string>,
  byName: ReadonlyMap<string, TableNode>,
): Violation[] {
  const found: Violation[] = [];
  const listed = new Map<string, string>();
  for (const { origin, fun, resources, distance, incarnation: life, cluster } of node.listings) {
    const key = keyOf(origin, fun, resources);
    if (listed.has(key)) found.push({ invariant: "I2", text: `${node.name} lists ${key} twice` });
    listed.set(key, valueOf(distance, life, cluster));
  }
  const shown = (key: string): string => {
    const [url = ""] = key.split(" ");
    const origin = [...byName.values()].find((one) => one.url === url);
    return key.replace(url, origin?.name ?? url);
  };
  for (const [key, value] of expected) {
    const is = listed.get(key);
    if (is === value) continue;
    const text = `${node.name} lists ${shown(key)} as ${is ?? "nothing"}, not ${value}`;
    const isDistance = is !== undefined && is.split(" in ")[1] === value.split(" in ")[1];
    found.push({ invariant: is === undefined ? "I1" : isDistance ? "I5" : "I2", text });
  }
  for (const [key, value] of listed) {
    if (expected.has(key)) continue;
    found.push({ invariant: "I3", text: `${node.name} lists a ghost: ${shown(key)} as ${value}` });
  }
  return found;
}

function keyOf(origin: string, fun: string, resources: readonly string[]): string {
  return `${origin} ${fun} [${resources.join(",")}]`;
}

function valueOf(distance: number, life: string, cluster: string): string {
  return `${distance} links away in ${cluster}, life ${life}`;
}
