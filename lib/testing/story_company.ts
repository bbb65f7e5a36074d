import type { OperationKind } from "./fault_options.ts";
import type { Operation } from "./operation.ts";
import type { Chance } from "./seeded_chance.ts";
import type { Edge } from "./topology.ts";

/** What a story's federation has besides nodes of farcall that all have URLs of their own and list everything. */
export interface Company {
  /** How many flooding nodes there are; their numbers follow those of the others. */
  readonly flooders: number;
  /** Who dials whom, where a flooding node is at one end. */
  readonly edges: readonly Edge[];
  /** What happens to them, each with its place among the other operations. */
  readonly operations: readonly { readonly at: number; readonly operation: Operation }[];
  /** Nodes that call themselves by the URL of another one. */
  readonly twins: readonly Edge[];
  /** For each node what its import rules are drawn from; 0 = none. */
  readonly imports: readonly number[];
}

/** How large it is; what is left out is drawn. */
export interface CompanyOptions {
  /** Flooding nodes. Default: in one of eight smaller stories, 1 to 3. */
  readonly flooders?: number;
  /** Pairs of nodes with one URL. Default: in one of eight stories, one. */
  readonly twins?: number;
}

const FLOODERS_MAX = 3;
const FLOODERS_CHANCE = 1 / 8;
const TWINS_CHANCE = 1 / 8;
const IMPORTS_CHANCE = 1 / 4;
/** Larger federations have no flooding nodes: each copy would go everywhere. */
const MIXED_NODES_MAX = 16;
const NEAR_CHANCE = 0.35;
const DEEDS: readonly OperationKind[] = [
  "register",
  "join",
  "cut",
  "cut",
  "silence",
  "silenceOneWay",
  "repair",
  "repair",
  "repair",
  "crash",
  "powerLoss",
  "restart",
  "restart",
  "slow",
];

/** Draws it, from a row of numbers of its own: stories without it stay as they are. */
export function drawCompany(
  nodes: number,
  operations: number,
  options: CompanyOptions,
  chance: Chance,
): Company {
  const isMixed = chance.isHit(FLOODERS_CHANCE) && nodes <= MIXED_NODES_MAX;
  const someFlooders = chance.between(1, FLOODERS_MAX);
  const isTwinned = chance.isHit(TWINS_CHANCE);
  const flooders = options.flooders ?? (isMixed ? someFlooders : 0);
  const pairs = Math.min(options.twins ?? (isTwinned ? 1 : 0), nodes - 1);
  const hasImports = chance.isHit(IMPORTS_CHANCE);
  return {
    flooders,
    edges: Array.from({ length: flooders }, (_, at) => drawEdges(nodes + at, nodes, chance)).flat(),
    operations: flooders === 0 ? [] : Array.from({ length: Math.ceil(operations / 3) }, () => ({
      at: chance.below(operations + 1),
      operation: drawDeed(nodes, flooders, chance),
    })),
    twins: Array.from(
      { length: pairs },
      (_, at): Edge => [nodes - 1 - at, chance.below(nodes - 1 - at)],
    ),
    imports: Array.from({ length: nodes }, () => {
      return hasImports && chance.isHit(0.5) ? chance.below(2 ** 9) : 0;
    }),
  };
}

/** A flooding node dials some of those before it, some nodes dial it, and it never stands alone. */
function drawEdges(flooder: number, nodes: number, chance: Chance): Edge[] {
  const edges: Edge[] = [];
  for (let other = 0; other < flooder; other += 1) {
    if (chance.isHit(NEAR_CHANCE)) edges.push([flooder, other]);
    if (other < nodes && chance.isHit(NEAR_CHANCE)) edges.push([other, flooder]);
  }
  return edges.length > 0 ? edges : [[chance.below(nodes), flooder]];
}

function drawDeed(nodes: number, flooders: number, chance: Chance): Operation {
  const flooder = nodes + chance.below(flooders);
  const other = chance.below(nodes + flooders);
  const kind = chance.pick(DEEDS);
  const isFirst = kind !== "join" && chance.isHit(0.7);
  return {
    kind,
    ...(isFirst ? { node: flooder, other } : { node: other, other: flooder }),
    value: chance.below(2 ** 30),
    pauseMs: Math.ceil(chance.logBetween(1, 10_000)),
  };
}
