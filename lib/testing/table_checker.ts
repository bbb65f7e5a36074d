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
import type { Violation } from "./violation.ts";

/** A live node: what the book says of it, and what its core says. */
export interface TableNode {
  /** For people. */
  readonly name: string;
  readonly url: NodeUrl;
  readonly cluster: ClusterId;
  readonly incarnation: string;
  readonly policy: PeeringPolicy;
  /** What it offers, by the book. */
  readonly offers: readonly {
    readonly fun: string;
    readonly resources: readonly string[];
    readonly maxHops: number;
    readonly scope: string;
  }[];
  /** Live nodes that it ought to have a link to, by URL. */
  readonly neighbours: readonly string[];
  /** Links it says it has, by URL. */
  readonly links: readonly string[];
  /** Offers it says are in its reach. */
  readonly listings: readonly Listing[];
}

/** What is wrong with the tables of nodes at rest. */
export function tableViolations(nodes: readonly TableNode[]): Violation[] {
  const byUrl = new Map(nodes.map((node) => [node.url as string, node]));
  const expected = new Map(nodes.map((node) => [node, new Map<string, string>()]));
  for (const origin of nodes) expect(origin, byUrl, expected);
  return nodes.flatMap((node) => [
    ...linkViolations(node, byUrl),
    ...listingViolations(node, expected.get(node) ?? new Map(), byUrl),
  ]);
}

/** Whether a node has the links that it ought to have, and no others. */
export function hasItsLinks({ links, neighbours }: TableNode): boolean {
  return links.length === neighbours.length && links.every((url) => neighbours.includes(url));
}

function expect(
  origin: TableNode,
  byUrl: ReadonlyMap<string, TableNode>,
  expected: ReadonlyMap<TableNode, Map<string, string>>,
): void {
  const searched = new Map<string, ReadonlyMap<TableNode, number>>();
  const nearest = new Map<string, number>();
  for (const { fun, resources, maxHops: limit, scope } of origin.offers) {
    const group = `${limit} ${scope}`;
    const distances = searched.get(group) ?? search(origin, limit, scope, byUrl);
    searched.set(group, distances);
    const key = keyOf(origin.url, fun, resources);
    for (const [node, distance] of distances) {
      const nodeKey = `${node.url} ${key}`;
      if (distance >= (nearest.get(nodeKey) ?? Infinity)) continue;
      nearest.set(nodeKey, distance);
      expected.get(node)?.set(key, valueOf(distance, origin.incarnation, origin.cluster));
    }
  }
}

/** Links from the origin to each node that it may reach within the limit. */
function search(
  origin: TableNode,
  limit: number,
  scope: string,
  byUrl: ReadonlyMap<string, TableNode>,
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
      const next = byUrl.get(neighbour);
      if (next === undefined || found.has(next)) continue;
      const isAllowed = node.policy.allows(name, node.cluster, next.cluster) &&
        next.policy.allows(name, node.cluster, next.cluster);
      if (isAllowed) found.set(next, distance + 1);
    }
  }
  return found;
}

function linkViolations(node: TableNode, byUrl: ReadonlyMap<string, TableNode>): Violation[] {
  const [wanted, up] = [new Set(node.neighbours), new Set(node.links)];
  const shown = (url: string): string => byUrl.get(url)?.name ?? url;
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
  byUrl: ReadonlyMap<string, TableNode>,
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
    return key.replace(url, byUrl.get(url)?.name ?? url);
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
