import type { Entropy } from "../edges/entropy.ts";
import type { PeerReader } from "../edges/peer_reader.ts";
import type { Clock } from "../edges/system_clock.ts";
import type { Accept, Dialer, Listener } from "../edges/transport.ts";
import type { ContractDifference } from "../protocol/contract_facts.ts";
import { checkClusterPolicy, type ClusterPolicy } from "../federation/cluster_policy.ts";
import { MAX_HOPS_DEFAULT } from "../protocol/limits.ts";
import {
  type ClusterId,
  clusterId,
  type MaxHops,
  maxHops,
  type NodeUrl,
  nodeUrl,
  type ResourceName,
  resourceSet,
} from "../protocol/names.ts";
import { isReach, type Reach, REACHES } from "../protocol/reach.ts";
import { type CheckedPeers, checkPeers } from "./peer_source.ts";

/** A certificate for `wss:`. */
export interface NodeTls {
  /** Certificate chain in PEM. */
  readonly cert: string;
  /** Private key in PEM. */
  readonly key: string;
}

/**
 * Starts to listen at a URL.
 *
 * @param url Where, with port 0 for any free one.
 * @param subprotocols What this side speaks.
 * @param accept Called for each connection.
 */
export type Listen = (
  url: string,
  subprotocols: readonly string[],
  accept: Accept,
) => Promise<Listener>;

/** What a node stands on, in place of sockets, clock and randomness of the system. */
export interface NodeEdges {
  /** Opens connections; disposed with the node. Default: WebSockets. */
  readonly dialer?: Dialer;
  /** Takes connections. Default: WebSockets. */
  readonly listen?: Listen;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the system's. */
  readonly entropy?: Entropy;
  /** Looks up names and reads files of `peers`. Default: the system's. */
  readonly peerReader?: PeerReader;
}

/** Whether the nodes of a cluster link themselves, or only to whom they were told. */
export type Peering = "cluster" | "configured";

/** What a node is started with. `listen` or `url` must be there. */
export interface NodeOptions {
  /**
   * Where to listen, for instance `ws://127.0.0.1:9001`; port 0 means any free one, `wss:` needs `tls`. Left out: the node
   * lives in a server that is already there and hands its requests to `node.fetch`.
   */
  readonly listen?: string;
  /** The URL under which others reach this node. Default: where it listens. */
  readonly url?: string;
  /** The cluster it belongs to. Default `"default"`. */
  readonly cluster?: string;
  /**
   * Nodes to keep links to: addresses (`ws://…`, `wss://…`), names that stand for the addresses of several nodes
   * (`dns+ws://nodes.lab:9001/`, looked up again every minute and when links fall), and files (`file:///etc/nodes`, one address
   * a line, read again when it changes). Default: none.
   */
  readonly peers?: readonly string[];
  /**
   * Which links come up beside those that `peers` ask for. `"cluster"`: nodes of this cluster find each other, so that to join
   * one is enough: up to 8 nodes all are linked, of more each has links to 6 drawn at random. `"configured"`: none. Addresses
   * on the loopback or a private network are found by nodes that have such an address themselves. Default `"cluster"`.
   */
  readonly peering?: Peering;
  /**
   * What this node tells other clusters and takes from them. Default: everything, as far as scopes and hop limits go.
   *
   * @example What begins with "internal." stays, of cluster "lab-b" only one function is listed, and nothing passes on to "guests"
   * ```ts
   * import { startNode } from "@farcall/farcall";
   *
   * await using node = await startNode({
   *   listen: "ws://127.0.0.1:0",
   *   cluster: "lab-a",
   *   policy: {
   *     exports: [{ functions: "internal.*", clusters: "own" }],
   *     imports: [
   *       { functions: "embed", from: "lab-b", allow: true },
   *       { from: "lab-b", allow: false },
   *     ],
   *     links: [{ to: "guests", allow: false }],
   *   },
   * });
   * node.setPolicy({ exports: [{ functions: "internal.*", clusters: ["lab-b"] }] });
   * ```
   */
  readonly policy?: ClusterPolicy;
  /** What every function of this node has. Default: nothing. */
  readonly resources?: readonly string[];
  /** How many links away its offers are heard, where an offer does not say. Default 3. */
  readonly maxHops?: number;
  /**
   * How providers are reached where a call does not say: `"direct"` dials them, `"relay"` passes calls along links. Default
   * `"auto"`: they are dialled, and calls go along links where that is not answered within 250 ms.
   */
  readonly reach?: Reach;
  /** Certificate for `wss:`. Default: none. */
  readonly tls?: NodeTls;
  /**
   * Hears what functions throw that their callers must not see, and of defects inside the node. Default: the console.
   */
  readonly onError?: (error: unknown) => void;
  /** Hears once of each function that ran under another contract than the one it was called by. Default: the console. */
  readonly onMismatch?: (difference: ContractDifference) => void;
  /** Other edges than those of the system. */
  readonly edges?: NodeEdges;
}

/** Options that were looked at. */
export interface CheckedNodeOptions {
  readonly listen: URL | undefined;
  readonly url: NodeUrl | undefined;
  readonly cluster: ClusterId;
  readonly peers: CheckedPeers;
  readonly peering: Peering;
  readonly policy: ClusterPolicy;
  readonly resources: readonly ResourceName[];
  readonly maxHops: MaxHops;
  readonly reach: Reach;
  readonly tls: NodeTls | undefined;
}

const PEERINGS: readonly Peering[] = ["cluster", "configured"];

/** Addresses that mean "every one of this host's": nobody else can dial them. */
const EVERY_ADDRESS: readonly string[] = ["0.0.0.0", "[::]"];

/**
 * Looks at what `startNode` was given.
 *
 * @throws {TypeError} If neither `listen` nor `url` is there, a URL or name is not what it must be, or `wss:` lacks `tls`.
 * @throws {RangeError} If `maxHops` is not a whole number from 0 to 16, or the policy has too many rules.
 */
export function checkNodeOptions(options: NodeOptions): CheckedNodeOptions {
  const listen = options.listen === undefined ? undefined : new URL(nodeUrl(options.listen));
  const url = options.url === undefined ? undefined : nodeUrl(options.url);
  if (listen === undefined && url === undefined) {
    throw new TypeError(
      'A node needs `listen`, for instance "ws://127.0.0.1:9001", or `url` inside another server',
    );
  }
  if (url === undefined && listen !== undefined && EVERY_ADDRESS.includes(listen.hostname)) {
    throw new TypeError(
      `Others can't dial ${listen.href}: say in \`url\` how they reach this node`,
    );
  }
  if (
    listen?.protocol === "wss:" && options.tls === undefined && options.edges?.listen === undefined
  ) {
    throw new TypeError(`Listening at ${listen.href} needs \`tls\``);
  }
  const reach = options.reach ?? "auto";
  if (!isReach(reach)) {
    throw new TypeError(`Not a reach, expected ${REACHES.join(", ")}: ${JSON.stringify(reach)}`);
  }
  const peering = options.peering ?? "cluster";
  if (!PEERINGS.includes(peering)) {
    const given = JSON.stringify(peering);
    throw new TypeError(`Not a peering, expected ${PEERINGS.join(", ")}: ${given}`);
  }
  return {
    listen,
    peering,
    policy: checkClusterPolicy(options.policy ?? {}),
    url,
    cluster: clusterId(options.cluster ?? "default"),
    peers: checkPeers(options.peers ?? []),
    resources: resourceSet(options.resources ?? []),
    maxHops: maxHops(options.maxHops ?? MAX_HOPS_DEFAULT),
    reach,
    tls: options.tls,
  };
}
