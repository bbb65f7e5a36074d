/**
 * What each node of a world ought to list: the live graph, searched breadth first, against what the routers say.
 *
 * @module
 */
import type { HopRouter } from "../../lib/federation/hop_router.ts";
import type { PeeringPolicy } from "../../lib/federation/peering_policy.ts";
import type { GroupView, LinkId } from "../../lib/federation/router_contract.ts";
import { clusterId, incarnation, maxHops, nodeUrl } from "../../lib/protocol/names.ts";
import type { GroupName } from "../../lib/protocol/v1_messages.ts";

/** An offer as the world's own book has it. */
export interface BookedOffer {
  readonly fun: string;
  readonly resource: string;
  readonly maxHops: number;
  readonly scope: string;
}

export interface BookedProxy {
  readonly origin: string;
  readonly base: number;
  readonly maxHops: number;
  readonly funs: readonly string[];
}

export interface WorldNode {
  readonly number: number;
  readonly cluster: string;
  lives: number;
  router: HopRouter | undefined;
  readonly offers: Map<number, BookedOffer>;
  readonly proxies: Map<string, BookedProxy>;
  /** What the node lists, from its notifications alone. */
  readonly listed: Map<number, GroupView>;
  readonly wires: Map<LinkId, Wire>;
}

export interface Direction {
  readonly from: WorldNode;
  readonly to: WorldNode;
  readonly delay: number;
  upAt: number;
  lastArrival: number;
  inFlight: number;
  /** Frames of a lower number are lost. */
  dropBelow: number;
  sent: number;
  /** Handles given over it. */
  readonly names: Map<number, GroupName>;
  /** Hop counts told last over it, by group. */
  readonly said: Map<string, number>;
}

export interface Wire {
  readonly link: LinkId;
  isCut: boolean;
  readonly directions: readonly [Direction, Direction];
}

/** The address of a node. */
export function urlOf(number: number): string {
  return `ws://n${number}.example:9000`;
}

/** The incarnation of a node at present. */
export function lifeOf(node: WorldNode): string {
  return `life${String(node.lives).padStart(6, "0")}`;
}

/** A group's name as text; not by the means of the code that is tried. */
export function keyOf(name: GroupName): string {
  const { origin, incarnation: life, maxHops: limit, cluster, writer = "", base, scope } = name;
  return [origin, life, limit, cluster, writer, base, `(${scope})`].join(" ");
}

/** Every difference between what is listed and what the live, permitted graph says; at rest there is none. */
export function listingDifferences(
  nodes: readonly WorldNode[],
  policy: PeeringPolicy,
): string[] {
  const found: string[] = [];
  const expected = nodes.map(() => new Map<string, string>());
  for (const node of nodes) {
    for (const [key, group] of booked(node)) {
      for (const [reached, links] of distances(node, group.name, policy)) {
        const distance = links + group.name.base;
        if (distance <= group.name.maxHops) {
          expected[reached.number]?.set(key, `${distance} ${group.funs.toSorted().join(",")}`);
        }
      }
    }
  }
  for (const node of nodes) {
    const wanted = expected[node.number] ?? new Map<string, string>();
    const listed = new Map([...node.listed.values()].map((
      { name, distance, offers },
    ) => [
      keyOf(name),
      `${distance} ${
        offers.map(({ offer }) => [offer.fun, ...offer.resources].join("+")).toSorted().join(",")
      }`,
    ]));
    for (const [key, value] of wanted) {
      if (listed.get(key) !== value) {
        found.push(`node ${node.number}: ${key} is ${listed.get(key)}, not ${value}`);
      }
    }
    for (const key of listed.keys()) {
      if (!wanted.has(key)) found.push(`node ${node.number}: ${key} is a ghost`);
    }
    const queries = [...node.router?.groups() ?? []].filter((view) => view.distance !== undefined);
    if (queries.length !== listed.size) found.push(`node ${node.number}: views and news differ`);
  }
  return found;
}

function booked(node: WorldNode): Map<string, { name: GroupName; funs: string[] }> {
  const groups = new Map<string, { name: GroupName; funs: string[] }>();
  const add = (name: GroupName, fun: string): void => {
    const group = groups.get(keyOf(name));
    if (group === undefined) groups.set(keyOf(name), { name, funs: [fun] });
    else group.funs.push(fun);
  };
  const shared = { incarnation: incarnation(lifeOf(node)), cluster: clusterId(node.cluster) };
  const self = nodeUrl(urlOf(node.number));
  for (const { fun, resource, maxHops: limit, scope } of node.offers.values()) {
    const name = { ...shared, origin: self, maxHops: maxHops(limit), scope, base: 0 };
    add(name, `${fun}+${resource}`);
  }
  for (const { origin, base, maxHops: limit, funs } of node.proxies.values()) {
    const where = { origin: nodeUrl(origin), writer: self, base, maxHops: maxHops(limit) };
    for (const fun of funs) add({ ...shared, ...where, scope: "" }, fun);
  }
  return groups;
}

function distances(
  origin: WorldNode,
  name: GroupName,
  policy: PeeringPolicy,
): Map<WorldNode, number> {
  const found = new Map([[origin, 0]]);
  for (const [node, distance] of found) {
    for (const wire of node.wires.values()) {
      const next = wire.directions.find(({ from }) => from === node)?.to;
      if (wire.isCut || next === undefined || found.has(next)) continue;
      const [from, to] = [clusterId(node.cluster), clusterId(next.cluster)];
      if (policy.allows(name, from, to)) found.set(next, distance + 1);
    }
  }
  return found;
}

/**
 * Every difference between what was told last over each link and the best way that does not begin with that link: what
 * lies between a table that is right and one that stays right after the next loss.
 */
export function wordDifferences(nodes: readonly WorldNode[], policy: PeeringPolicy): string[] {
  const directions = nodes.flatMap((node) =>
    [...node.wires.values()].flatMap((wire) =>
      wire.isCut ? [] : wire.directions.filter(({ from }) => from === node)
    )
  );
  const wanted = new Map(directions.map((direction) => [direction, new Map<string, number>()]));
  for (const writer of nodes) {
    for (const [key, { name }] of booked(writer)) {
      const words = bestWithoutYou(writer, name, directions, policy);
      for (const [direction, hops] of words) wanted.get(direction)?.set(key, hops);
    }
  }
  return directions.flatMap((direction) => {
    const { said, from, to } = direction;
    const right = wanted.get(direction) ?? new Map<string, number>();
    const keys = new Set([...said.keys(), ...right.keys()]);
    return [...keys].filter((key) => said.get(key) !== right.get(key)).map((key) =>
      `node ${from.number} told ${to.number} of ${key}: ${said.get(key)}, not ${right.get(key)}`
    );
  });
}

/** x(writer, p) = base; x(v, p) = 1 + the least x(q, v) over all q but p; nothing from maxHops on. */
function bestWithoutYou(
  writer: WorldNode,
  name: GroupName,
  directions: readonly Direction[],
  policy: PeeringPolicy,
): Map<Direction, number> {
  const words = new Map<Direction, number>();
  const passes = ({ from, to }: Direction): boolean =>
    to !== writer && nodeUrl(urlOf(to.number)) !== name.origin &&
    policy.allows(name, clusterId(from.cluster), clusterId(to.cluster));
  const open = directions.filter(passes);
  for (let round: number = name.base; round < name.maxHops; round++) {
    const before = new Map(words);
    for (const direction of open) {
      const { from, to } = direction;
      const heard = open.filter((one) => one.to === from && one.from !== to)
        .map((one) => before.get(one) ?? Infinity);
      const hops = from === writer ? name.base : 1 + Math.min(Infinity, ...heard);
      if (hops < name.maxHops) words.set(direction, hops);
    }
  }
  return words;
}
