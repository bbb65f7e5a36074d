/**
 * Random federations and what happens to them, as plain values: each rule lives through the same ones.
 *
 * @module
 */

import { Chance } from "../../lib/testing/seeded_chance.ts";
import { type Edge, edgesOf, TOPOLOGIES } from "../../lib/testing/topology.ts";
import type { Told } from "./speaker.ts";

/** One thing that happens. */
export type Deed =
  | { readonly kind: "register"; readonly node: number; readonly offer: Told }
  | { readonly kind: "withdraw"; readonly node: number }
  | { readonly kind: "crash" | "restart"; readonly node: number }
  | { readonly kind: "cut" | "link"; readonly node: number; readonly other: number }
  | { readonly kind: "partition"; readonly sides: number }
  | { readonly kind: "heal" };

/** A federation's life. */
export interface Scenario {
  /** Delays follow from it. */
  readonly seed: number;
  /** Nodes. */
  readonly nodes: number;
  /** Nodes from this one on start with their first `restart`. */
  readonly lateFrom: number;
  /** Links. */
  readonly edges: readonly Edge[];
  /** What each node offers whenever it starts. */
  readonly atStart: readonly Told[];
  /** What happens, and the pause before. */
  readonly deeds: readonly { readonly pauseMs: number; readonly deed: Deed }[];
}

const NODES_MIN = 4;
const NODES_MAX = 31;
const HOPS_MAX = 9;
const FUNCTIONS = 4;
const KINDS = [
  ...["register", "register", "register", "withdraw", "withdraw"],
  ...["cut", "cut", "cut", "link", "link", "link", "crash", "restart", "restart"],
  ...["partition", "heal"],
] as const;

/** One offer in a federation to which nothing happens: the delays are all there is. */
export function staticScenario(seed: number): Scenario {
  const chance = new Chance(seed, 21);
  const base = network(seed, chance);
  const deed: Deed = { kind: "register", node: chance.below(base.nodes), offer: drawOffer(chance) };
  return { ...base, lateFrom: base.nodes, atStart: [], deeds: [{ pauseMs: 0, deed }] };
}

/** Cuts, links, crashes, restarts, partitions, late nodes, offers that come and go. */
export function churnScenario(seed: number): Scenario {
  const chance = new Chance(seed, 22);
  const base = network(seed, chance);
  const lateFrom = chance.isHit(0.4)
    ? chance.between(Math.ceil(base.nodes / 2), base.nodes)
    : base.nodes;
  const deeds = Array.from({ length: chance.between(10, 70) }, () => ({
    pauseMs: chance.pick([0, 0, 1, 10, 100, 1_000]),
    deed: drawDeed(chance, base),
  }));
  for (let node = lateFrom; node < base.nodes; node += 1) {
    deeds.splice(chance.below(deeds.length + 1), 0, {
      pauseMs: 10,
      deed: { kind: "restart", node },
    });
  }
  const atStart = Array.from({ length: base.nodes }, () => drawOffer(chance));
  return { ...base, lateFrom, atStart, deeds };
}

function network(
  seed: number,
  chance: Chance,
): { readonly seed: number; readonly nodes: number; readonly edges: readonly Edge[] } {
  const nodes = chance.between(NODES_MIN, NODES_MAX);
  return { seed, nodes, edges: edgesOf(chance.pick(TOPOLOGIES), nodes, chance) };
}

function drawOffer(chance: Chance): Told {
  return { fun: `f${chance.below(FUNCTIONS)}`, maxHops: chance.between(1, HOPS_MAX) };
}

function drawDeed(
  chance: Chance,
  { nodes, edges }: { readonly nodes: number; readonly edges: readonly Edge[] },
): Deed {
  const kind = chance.pick(KINDS);
  const node = chance.below(nodes);
  switch (kind) {
    case "register":
      return { kind, node, offer: drawOffer(chance) };
    case "cut":
    case "link": {
      const [one, other] = chance.pick(edges);
      return chance.isHit(0.7)
        ? { kind, node: one, other }
        : { kind, node, other: chance.below(nodes) };
    }
    case "partition":
      return { kind, sides: chance.below(2 ** 30) };
    case "heal":
      return { kind };
    default:
      return { kind, node };
  }
}
