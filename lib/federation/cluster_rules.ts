import type { ClusterId, FunctionName } from "../protocol/names.ts";
import type { GroupName } from "../protocol/v1_messages.ts";
import type { ClusterPolicy } from "./cluster_policy.ts";
import { fits } from "./name_patterns.ts";
import { isInScope, type PeeringPolicy } from "./peering_policy.ts";

/** A node's cluster policy at work; gives the same answers until it is {@linkcode ClusterRules.set}. */
export class ClusterRules implements PeeringPolicy {
  readonly #self: ClusterId;
  #policy: ClusterPolicy;

  /** The rules of a node of cluster `self`. */
  constructor(self: ClusterId, policy: ClusterPolicy = {}) {
    this.#self = self;
    this.#policy = policy;
  }

  /** Other rules from now on. */
  set(policy: ClusterPolicy): void {
    this.#policy = policy;
  }

  /** Whether anything is hidden from the lists at all. */
  get hidesAny(): boolean {
    return (this.#policy.imports ?? []).length > 0;
  }

  /** Whether a group may pass a link between nodes of these clusters. */
  allows(group: GroupName, from: ClusterId, to: ClusterId): boolean {
    return isInScope(group, to) && this.#passes(group.cluster, from, to);
  }

  /** Whether this node's own offers of an export class may be told to a node of a cluster; unknown = of no scope. */
  tells(scope: string, to: ClusterId | undefined): boolean {
    if (to === undefined) return scope === "" && this.#passes(this.#self, this.#self, "");
    return isInScope({ scope, cluster: this.#self }, to) &&
      this.#passes(this.#self, this.#self, to);
  }

  /** Whether an offer in reach is listed here. */
  lists({ cluster }: GroupName, fun: FunctionName): boolean {
    if (cluster === this.#self) return true;
    const rule = this.#policy.imports?.find(({ functions, from }) =>
      fits(functions, fun) && fits(from, cluster)
    );
    return rule?.allow ?? true;
  }

  /**
   * The export class of one of this node's functions.
   *
   * @param asked What its registration says: `""` = every cluster, else ids of clusters.
   */
  scopeOf(fun: FunctionName, asked: string): string {
    const rule = this.#policy.exports?.find(({ functions }) => fits(functions, fun));
    if (rule === undefined || rule.clusters === "all") return asked;
    const allowed = rule.clusters === "own" ? [] : rule.clusters;
    const wanted = asked === "" ? allowed : asked.split(" ").filter((one) => allowed.includes(one));
    // The own cluster is always told; naming it keeps the class from being that of everybody.
    return [...new Set([...wanted, this.#self])].sort().join(" ");
  }

  #passes(origin: string, from: string, to: string): boolean {
    const rule = this.#policy.links?.find((one) =>
      fits(one.origins, origin) && fits(one.from, from) && fits(one.to, to)
    );
    return rule?.allow ?? true;
  }
}
