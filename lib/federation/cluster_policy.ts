/**
 * What a node tells other clusters and takes from them, as plain values.
 *
 * Three kinds of rules at three places, so that reach stays exact: rules over function names work where an offer begins
 * (exports) and where it is listed (imports), and only rules over clusters decide what passes a link.
 *
 * @module
 */

import { NAME_BYTES_MAX, POLICY_RULES_MAX } from "../protocol/limits.ts";
import { clusterId } from "../protocol/names.ts";
import type { Patterns } from "./name_patterns.ts";

/** Which clusters may learn of some functions of this node. */
export interface ExportRule {
  /** Names of functions; `*` stands for any text. */
  readonly functions: Patterns;
  /** `"all"`, `"own"` (this node's cluster only), or ids of clusters beside its own. */
  readonly clusters: "all" | "own" | readonly string[];
}

/** Which offers of other clusters this node lists. */
export interface ImportRule {
  /** Names of functions. Default: all. */
  readonly functions?: Patterns;
  /** Clusters that they are offered in. Default: all but this node's own, of which everything is listed. */
  readonly from?: Patterns;
  /** Whether such an offer is listed. */
  readonly allow: boolean;
}

/** Which offers pass the links of this node, whatever the function: this node tells them, or takes them. */
export interface LinkRule {
  /** Cluster of the node that offers. Default: any. */
  readonly origins?: Patterns;
  /** Cluster of the node that tells. Default: any. */
  readonly from?: Patterns;
  /** Cluster of the node that is told. Default: any. */
  readonly to?: Patterns;
  /** Whether such offers pass. */
  readonly allow: boolean;
}

/** A node's rules. In each list the first rule that fits decides; where none does, everything is allowed. */
export interface ClusterPolicy {
  /** For the functions of this node. A scope given where a function is registered can only be narrowed by them. */
  readonly exports?: readonly ExportRule[];
  /** For what is listed here, and so can be called from here. Nodes behind this one are told all the same. */
  readonly imports?: readonly ImportRule[];
  /** For what passes a link; the node at the other end asks its own rules, too. */
  readonly links?: readonly LinkRule[];
}

/**
 * Looks at what an author gave as a policy, and copies it: later changes of the value change nothing.
 *
 * @throws {TypeError} If a rule is not what it must be.
 * @throws {RangeError} If a list has more than 256 rules.
 */
export function checkClusterPolicy(policy: ClusterPolicy): ClusterPolicy {
  const { exports = [], imports = [], links = [] } = policy;
  for (const rules of [exports, imports, links]) {
    if (!Array.isArray(rules)) throw new TypeError("A policy has lists of rules");
    if (rules.length > POLICY_RULES_MAX) {
      throw new RangeError(
        `A policy has at most ${POLICY_RULES_MAX} rules of a kind: ${rules.length}`,
      );
    }
  }
  for (const { functions, clusters } of exports) {
    checkPatterns(functions);
    if (clusters !== "all" && clusters !== "own") checkScope(clusters);
  }
  for (const { functions, from, allow } of imports) checkRule(allow, functions, from);
  for (const { origins, from, to, allow } of links) checkRule(allow, origins, from, to);
  return structuredCopy({ exports, imports, links });
}

function structuredCopy({ exports = [], imports = [], links = [] }: ClusterPolicy): ClusterPolicy {
  const own = <Value>(value: Value): Value => Array.isArray(value) ? [...value] as Value : value;
  const copy = <Rule extends object>(rule: Rule): Rule =>
    Object.fromEntries(Object.entries(rule).map(([key, value]) => [key, own(value)])) as Rule;
  return { exports: exports.map(copy), imports: imports.map(copy), links: links.map(copy) };
}

function checkRule(allow: unknown, ...patterns: (Patterns | undefined)[]): void {
  if (typeof allow !== "boolean") {
    throw new TypeError("A rule says `allow: true` or `allow: false`");
  }
  for (const one of patterns) if (one !== undefined) checkPatterns(one);
}

function checkPatterns(patterns: Patterns): void {
  const list = typeof patterns === "string" ? [patterns] : patterns;
  const isGood = Array.isArray(list) && list.length > 0 && list.length <= POLICY_RULES_MAX &&
    list.every((one) => typeof one === "string" && one !== "" && one.length <= NAME_BYTES_MAX);
  if (isGood) return;
  throw new TypeError(
    `Not patterns, expected a name with "*" or a list of them: ${JSON.stringify(patterns)}`,
  );
}

function checkScope(clusters: readonly string[]): void {
  if (!Array.isArray(clusters)) {
    const given = JSON.stringify(clusters);
    throw new TypeError(`Not clusters, expected "all", "own" or a list of ids: ${given}`);
  }
  for (const cluster of clusters) {
    if (clusterId(cluster).includes(" ")) {
      throw new TypeError(`A rule can't name a cluster with a space in its id: "${cluster}"`);
    }
  }
}
