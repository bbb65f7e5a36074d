import type { ImportRule } from "../federation/cluster_policy.ts";

/** Whether a node lists an offer of a cluster, by the book. */
export type ImportFilter = (cluster: string, fun: string) => boolean;

/**
 * What the import rules of a node of `own` say, read apart from the machine: of other clusters' offers the first rule that
 * fits decides, and where none does they are listed.
 */
export function importFilter(own: string, rules: readonly ImportRule[]): ImportFilter {
  const read = rules.map(({ functions, from, allow }) => ({
    fun: patternOf(functions),
    cluster: patternOf(from),
    allow,
  }));
  return (cluster, fun) =>
    cluster === own ||
    (read.find((rule) => rule.fun.test(fun) && rule.cluster.test(cluster))?.allow ?? true);
}

function patternOf(patterns: string | readonly string[] = "*"): RegExp {
  const ways = [patterns].flat().map((pattern) =>
    pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^]*")
  );
  return new RegExp(`^(${ways.join("|")})$`);
}
