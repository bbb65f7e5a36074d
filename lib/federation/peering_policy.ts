/**
 * Which groups may pass a link.
 *
 * A decision may look at a group's name and at the two clusters of the link, never at single functions: else two nodes
 * would hold different sets under one version, and reach would not be exact any more.
 *
 * @module
 */

import type { ClusterId } from "../protocol/names.ts";
import type { GroupName } from "../protocol/v1_messages.ts";

/** A node's rule for its links; gives the same answers until the router is told that it changed. */
export interface PeeringPolicy {
  /** Whether the group's announcements may go from a node of one cluster to a neighbour in another (or the same). */
  allows(group: GroupName, from: ClusterId, to: ClusterId): boolean;
}

/**
 * Whether the origin lets a cluster know of a group: the scope `""` means every cluster, a list means the clusters
 * named in it (joined by a space) and the origin's own.
 */
export function isInScope(
  group: Pick<GroupName, "scope" | "cluster">,
  cluster: ClusterId,
): boolean {
  return group.scope === "" || group.cluster === cluster ||
    group.scope.split(" ").some((named) => named === cluster);
}

/** Everything passes, as far as the origin's scope lets it: the default. */
export function openPolicy(): PeeringPolicy {
  return { allows: (group, _from, to) => isInScope(group, to) };
}
