/**
 * A story is all that happens to one federation, as plain values: it can be printed, shortened and lived again.
 *
 * @module
 */

import { type FaultOptions, type OperationKind, withDefaults } from "./fault_options.ts";
import type { Operation } from "./operation.ts";
import { Chance } from "./seeded_chance.ts";
import { type CompanyOptions, drawCompany } from "./story_company.ts";
import { type Edge, edgesOf, TOPOLOGIES, type Topology } from "./topology.ts";

/**
 * `safety`: faults at random, then no more of them, and the tables must be right for whatever is left. `liveness`: a
 * random connected core heals, the rest stays broken for ever, and the core must come to rest and answer calls.
 */
export type SimulationMode = "safety" | "liveness";

/** What becomes of a node outside the core. */
export type Fate = "dead" | "dark" | "still" | "silent" | "deaf";

/** All that happens to one federation. */
export interface Story {
  /** Delays, clocks and choices of the machines. */
  readonly seed: number;
  /** What the mode says. */
  readonly mode: SimulationMode;
  /** The shape at the start. */
  readonly topology: Topology;
  /** How many clusters there are; node `n` is in cluster `n` modulo that. */
  readonly clusters: number;
  /** How many nodes there are. */
  readonly nodes: number;
  /** How many nodes of the reference's kind there are besides; flooding node `n` has the number `nodes + n`. */
  readonly flooders: number;
  /** Nodes that call themselves by the URL of another one. */
  readonly twins: readonly Edge[];
  /** Nodes from this one on start during the story. */
  readonly lateFrom: number;
  /** Peers of each node from the start. */
  readonly edges: readonly Edge[];
  /** For each node the directed pairs of clusters that its policy refuses, as bits. */
  readonly refused: readonly number[];
  /** For each node what its import rules are drawn from; 0 = it lists everything. */
  readonly imports: readonly number[];
  /** Greatest radius of an offer. */
  readonly maxHops: number;
  /** What happens, in order. */
  readonly operations: readonly Operation[];
  /** In safety, without flooding nodes and twins: what happens when all is at rest, one by one, each to a federation at rest. */
  readonly afterwards: readonly Operation[];
  /** In liveness: the core that heals. */
  readonly core: readonly number[];
  /** In liveness: what becomes of each node outside the core. */
  readonly fates: readonly Fate[];
}

/** What a story is drawn from; what is left out is drawn from the seed. */
export interface StoryOptions extends CompanyOptions {
  /** A whole number from 0. */
  readonly seed: number;
  /** Default `"safety"`. */
  readonly mode?: SimulationMode;
  /** Nodes at most. Default: 3 to 12, one of eight stories up to 32, one of 32 up to 64. */
  readonly nodes?: number;
  /** Default: drawn. */
  readonly topology?: Topology;
  /** Greatest radius of an offer. Default: drawn, 1 to 9. */
  readonly maxHops?: number;
  /** Operations. Default: drawn, 10 to 40. */
  readonly operations?: number;
  /** Which faults. Default: see {@linkcode FaultOptions}. */
  readonly faults?: FaultOptions;
}

/** Clusters of a story, at most; a policy has a bit for each directed pair. */
export const STORY_CLUSTERS_MAX = 3;
/** Chance that in a story both ends of each link dial. */
const MUTUAL_CHANCE = 0.3;
/** Things that happen to a federation at rest, at most. */
const AFTERWARDS_MAX = 3;
/** What may: each of them is one growth or one loss. */
const SINGLE_CHANGES: readonly OperationKind[] = [
  "register",
  "withdraw",
  "join",
  "cut",
  "repair",
  "crash",
  "restart",
];
const FATES: readonly Fate[] = ["dead", "dark", "still", "silent", "deaf"];

/** Draws a story: the same options give the same one. */
export function drawStory(options: StoryOptions): Story {
  const { seed, mode = "safety" } = options;
  const chance = new Chance(seed, 2);
  const faults = withDefaults(options.faults);
  const drawnNodes = drawNodes(chance);
  const drawnTopology = chance.pick(TOPOLOGIES);
  const drawnHops = chance.between(1, 9);
  const drawnOperations = chance.between(10, 40);
  const nodes = options.nodes ?? drawnNodes;
  const topology = options.topology ?? drawnTopology;
  const edges = edgesOf(topology, nodes, chance);
  const isMutual = chance.isHit(MUTUAL_CHANCE);
  if (isMutual) edges.push(...edges.map(([dialler, dialled]): Edge => [dialled, dialler]));
  const hasPolicies = chance.isHit(0.4);
  const pairs = 2 ** (STORY_CLUSTERS_MAX ** 2);
  const shared = hasPolicies ? chance.below(pairs) & chance.below(pairs) : 0;
  const refused = Array.from({ length: nodes }, () => {
    return hasPolicies && chance.isHit(0.2) ? chance.below(pairs) & chance.below(pairs) : shared;
  });
  const weighed = Object.entries(faults.weights) as [OperationKind, number][];
  const pauseMsMax = faults.pauseMsMax * chance.pick([0.1, 1]);
  const drawPause = (): number => Math.ceil(chance.logBetween(1, Math.max(1, pauseMsMax)));
  const lateFrom = chance.isHit(0.4) ? chance.between(Math.ceil(nodes / 2), nodes) : nodes;
  const operations = Array.from(
    { length: options.operations ?? drawnOperations },
    (): Operation => ({
      kind: pickWeighed(weighed, chance),
      ...pickNodes(nodes, edges, chance),
      value: chance.below(2 ** 30),
      pauseMs: chance.isHit(0.3) ? 0 : drawPause(),
    }),
  );
  for (let node = lateFrom; node < nodes; node += 1) {
    const at = chance.below(operations.length + 1);
    const late = { node, other: node, value: 0, pauseMs: drawPause() };
    operations.splice(at, 0, { kind: "restart", ...late });
  }
  if (chance.isHit(0.5)) {
    operations.push({ kind: "heal", node: 0, other: 0, value: 0, pauseMs: drawPause() });
  }
  const company = drawCompany(nodes, operations.length, options, new Chance(seed, 3));
  for (const { at, operation } of company.operations) operations.splice(at, 0, operation);
  const { flooders, twins, imports } = company;
  // With them one loss may be a growth as well.
  const isPlain = flooders === 0 && twins.length === 0;
  return {
    ...{ seed, mode, topology, nodes, lateFrom, refused, operations, flooders, twins, imports },
    edges: [...edges, ...company.edges],
    clusters: chance.between(1, STORY_CLUSTERS_MAX),
    maxHops: options.maxHops ?? drawnHops,
    core: mode === "liveness" ? drawCore(nodes, edges, chance) : [],
    fates: Array.from({ length: nodes + flooders }, () => chance.pick(FATES)),
    afterwards: mode === "safety" && isPlain ? drawAfterwards(nodes, edges, chance) : [],
  };
}

/** Most federations are small, where more of them are lived through; some are not. */
function drawNodes(chance: Chance): number {
  if (chance.isHit(1 / 32)) return chance.between(32, 64);
  return chance.isHit(1 / 8) ? chance.between(12, 32) : chance.between(3, 12);
}

function drawAfterwards(nodes: number, edges: readonly Edge[], chance: Chance): Operation[] {
  return Array.from({ length: chance.between(1, AFTERWARDS_MAX) }, () => ({
    kind: chance.pick(SINGLE_CHANGES),
    ...pickNodes(nodes, edges, chance),
    value: chance.below(2 ** 30),
    pauseMs: 0,
  }));
}

/** Paths that carry a link are hit more often than those that do not. */
function pickNodes(
  nodes: number,
  edges: readonly Edge[],
  chance: Chance,
): { readonly node: number; readonly other: number } {
  if (edges.length > 0 && chance.isHit(0.7)) {
    const [node, other] = chance.pick(edges);
    return { node, other };
  }
  return { node: chance.below(nodes), other: chance.below(nodes) };
}

function pickWeighed(
  weighed: readonly (readonly [OperationKind, number])[],
  chance: Chance,
): OperationKind {
  let left = chance.next() * weighed.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of weighed) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "heal";
}

/** A random part of the federation that hangs together. */
function drawCore(nodes: number, edges: readonly Edge[], chance: Chance): number[] {
  const size = chance.between(2, nodes);
  const core = new Set([chance.below(nodes)]);
  while (core.size < size) {
    const rim = edges.flatMap(([one, other]) =>
      core.has(one) === core.has(other) ? [] : [core.has(one) ? other : one]
    );
    if (rim.length === 0) break;
    core.add(chance.pick(rim));
  }
  return [...core].sort((one, other) => one - other);
}
