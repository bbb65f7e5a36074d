/**
 * What the nodes of a measured federation are called and offer.
 *
 * @module
 */

import {
  type ClusterId,
  clusterId,
  type Incarnation,
  incarnation,
  type MaxHops,
  maxHops,
  type NodeUrl,
  nodeUrl,
} from "../../lib/protocol/names.ts";
import { clusterOf, type Topology } from "./graph.ts";

/** How far every offer travels. */
export const MAX_HOPS: MaxHops = maxHops(3);

/** Who a node is. */
export interface Identity {
  /** Its address. */
  readonly url: NodeUrl;
  /** Its cluster. */
  readonly cluster: ClusterId;
  /** Its life: no node is restarted here. */
  readonly incarnation: Incarnation;
}

/** The identity of a node. */
export function identityOf(topology: Topology, node: number): Identity {
  return {
    url: nodeUrl(`ws://n${node}.example:9000`),
    cluster: clusterId(clusterOf(topology, node)),
    incarnation: incarnation("1"),
  };
}

/** A node's offer: neighbours in number share most names, so each name has about as many providers. */
export function functionOf(node: number, offer: number, names: number): string {
  return `function${(node + offer) % names}`;
}
