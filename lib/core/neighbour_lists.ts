import type { MemberBook } from "../federation/member_book.ts";
import { LINKS_MAX } from "../protocol/limits.ts";
import type { ClusterId, NodeUrl } from "../protocol/names.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { LinkKeeper } from "./link_keeper.ts";
import type { Turn } from "./turn.ts";

/** What all listeners of one list were told so far; a new one hears of all. */
interface Told {
  readonly nodes: ReadonlyMap<NodeUrl, ClusterId>;
  readonly listeners: ReadonlySet<ConnectionId>;
}

const NOTHING: Told = { nodes: new Map(), listeners: new Set() };

/**
 * Tells neighbours whom this node has links to, and whom its neighbours have links to: only what changed, and only of the
 * neighbour's own cluster.
 */
export class NeighbourLists {
  readonly #connections: ConnectionTable;
  readonly #links: () => LinkKeeper;
  readonly #book: MemberBook;
  readonly #cluster: ClusterId;
  #told: Readonly<Record<1 | 2, Told>> = { 1: NOTHING, 2: NOTHING };

  /** @param cluster The cluster of this node. */
  constructor(rooms: {
    readonly connections: ConnectionTable;
    readonly links: () => LinkKeeper;
    readonly book: MemberBook;
    readonly cluster: ClusterId;
  }) {
    this.#connections = rooms.connections;
    this.#links = rooms.links;
    this.#book = rooms.book;
    this.#cluster = rooms.cluster;
  }

  /** Tells of links that came and went. */
  tellLinks(turn: Turn): void {
    const nodes = new Map<NodeUrl, ClusterId>();
    for (const { url, cluster } of this.#listeners()) nodes.set(url, cluster);
    this.#tell(turn, 1, nodes);
  }

  /** Tells of neighbours' neighbours that came and went. */
  tellNear(turn: Turn): void {
    const nodes = new Map<NodeUrl, ClusterId>();
    for (const url of this.#book.near()) {
      if (nodes.size < LINKS_MAX) nodes.set(url, this.#cluster);
    }
    this.#tell(turn, 2, nodes);
  }

  #tell(turn: Turn, hops: 1 | 2, nodes: ReadonlyMap<NodeUrl, ClusterId>): void {
    const before = this.#told[hops];
    const added = without(nodes, before.nodes);
    const ended = without(before.nodes, nodes);
    const listeners = new Set<ConnectionId>();
    for (const { id, url, cluster } of this.#listeners()) {
      listeners.add(id);
      const isNew = !before.listeners.has(id);
      const add = ofCluster(isNew ? [...nodes] : added, cluster, url);
      const gone = isNew ? [] : ofCluster(ended, cluster, url);
      if (add.length + gone.length > 0) {
        turn.edges.send(id, { type: "members", hops, add, gone });
      }
    }
    this.#told = { ...this.#told, [hops]: { nodes, listeners } };
  }

  *#listeners(): Iterable<{ id: ConnectionId; url: NodeUrl; cluster: ClusterId }> {
    for (const [url, id] of this.#links().links()) {
      const cluster = this.#connections.get(id)?.peer?.cluster;
      if (cluster !== undefined) yield { id, url, cluster };
    }
  }
}

type Entries = readonly (readonly [NodeUrl, ClusterId])[];

function without(
  all: ReadonlyMap<NodeUrl, ClusterId>,
  those: ReadonlyMap<NodeUrl, ClusterId>,
): Entries {
  return [...all].filter(([url, cluster]) => those.get(url) !== cluster);
}

function ofCluster(all: Entries, wanted: ClusterId, listener: NodeUrl): NodeUrl[] {
  return all.flatMap(([url, cluster]) => cluster === wanted && url !== listener ? [url] : []);
}
