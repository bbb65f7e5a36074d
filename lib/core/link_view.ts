import type { ReferencePeer } from "../federation/reference_peers.ts";
import type { NodeUrl } from "../protocol/names.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { Dialect } from "./events.ts";
import type { LinkKeeper } from "./link_keeper.ts";

/** A link as a reader sees it. */
export interface LinkView {
  /** The node at the other end. */
  readonly peer: NodeUrl;
  /** Its cluster. */
  readonly cluster: string;
  /** What the link speaks. */
  readonly dialect: Dialect;
}

/** All links that are up, one for each peer, whoever dialled. */
export function linkViews(
  connections: ConnectionTable,
  links: LinkKeeper,
  reference: Iterable<ReferencePeer>,
): LinkView[] {
  const views: LinkView[] = [];
  for (const { url, cluster } of reference) {
    views.push({ peer: url, cluster, dialect: "json" });
  }
  for (const { id, role, peer, dialect } of connections.all()) {
    if (role !== "link" || peer === undefined || links.linkTo(peer.url) !== id) continue;
    views.push({ peer: peer.url, cluster: peer.cluster, dialect });
  }
  return views;
}
