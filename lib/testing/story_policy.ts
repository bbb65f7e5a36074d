import type { ImportRule, LinkRule } from "../federation/cluster_policy.ts";
import type { Patterns } from "../federation/name_patterns.ts";
import type { LinkPolicy } from "./simulated_node.ts";
import { STORY_CLUSTERS_MAX } from "./story.ts";

/** A bit for each directed pair of clusters. */
export const POLICY_BITS = 2 ** (STORY_CLUSTERS_MAX ** 2) - 1;

const FUNCTIONS: readonly (Patterns | undefined)[] = [undefined, "e*", ["add", "where"], "*a*"];
const CLUSTERS: readonly (Patterns | undefined)[] = [undefined, "c0", ["c1", "c2"], "c*"];

/**
 * A node's rules.
 *
 * @param refused The directed pairs of clusters that its links refuse, as bits.
 * @param imports Chooses what it does not list; 0 = it lists everything.
 */
export function storyPolicy(refused: number, imports: number): LinkPolicy {
  return { links: linkRules(refused), imports: imports === 0 ? [] : importRules(imports) };
}

/** Rules for another policy at run time, of a value below 2^30: most pairs of clusters stay allowed. */
export function changedPolicy(value: number): LinkPolicy {
  const imports = (value >> 20) % 2 === 0 ? 0 : value >> 21;
  return storyPolicy(value & (value >> 10) & POLICY_BITS, imports);
}

function linkRules(refused: number): LinkRule[] {
  const links: LinkRule[] = [];
  for (let bit = 0; refused >> bit !== 0; bit += 1) {
    const [from, to] = [Math.floor(bit / STORY_CLUSTERS_MAX), bit % STORY_CLUSTERS_MAX];
    if (from === to || ((refused >> bit) & 1) === 0) continue;
    links.push({ from: `c${from}`, to: `c${to}`, allow: false });
  }
  return links;
}

/** Two rules, of which the first that fits decides: what they say depends on their order. */
function importRules(value: number): ImportRule[] {
  return [value, value >> 4].map((bits, at) => {
    const [functions, from] = [FUNCTIONS[bits & 3], CLUSTERS[(bits >> 2) & 3]];
    return {
      ...(functions === undefined ? {} : { functions }),
      ...(from === undefined ? {} : { from }),
      allow: at === 0 && ((value >> 8) & 1) === 1,
    };
  });
}
