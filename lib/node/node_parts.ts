import type { Calls } from "../client/calls.ts";
import type { NodeOwnerEffects } from "../core/effects.ts";
import type { NodeCommand } from "../core/events.ts";
import type { NodeCore } from "../core/node_core.ts";
import type { Driver } from "../edges/driver.ts";
import type { Clock } from "../edges/system_clock.ts";
import type { ClusterId, Incarnation, MaxHops, NodeUrl, ResourceName } from "../protocol/names.ts";
import type { ContractShelf } from "./contract_shelf.ts";
import type { NodeOwner } from "./node_owner.ts";
import type { PeerRefresh } from "./peer_refresh.ts";

/** What a node is made of; `startNode` puts it together. */
export interface NodeParts {
  readonly core: NodeCore;
  readonly owner: NodeOwner;
  readonly driver: Driver<NodeCommand, NodeOwnerEffects>;
  readonly calls: Calls;
  readonly clock: Clock;
  /** Contracts of this node's functions, and others'. */
  readonly shelf: ContractShelf;
  readonly identity: {
    readonly url: NodeUrl;
    readonly cluster: ClusterId;
    readonly incarnation: Incarnation;
  };
  /** Reads where peers are found. */
  readonly refresh: PeerRefresh;
  /** Aborted when the node begins to leave: ends what would not end by itself. */
  readonly leaving: AbortController;
  /** What every offer has. */
  readonly resources: readonly ResourceName[];
  /** How far offers are heard that do not say. */
  readonly maxHops: MaxHops;
}
