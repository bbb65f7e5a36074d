import type { JsonObject } from "../../lib/protocol/json_value.ts";
import { listOf, objectOf } from "./conversations.ts";

interface Peer {
  readonly cluster: string;
  readonly lastSeenMs: number;
}

/** A peer that no HELLO came from for so long is dropped when gossip comes in. */
const PRUNED_AFTER_MS = 60_000;

/** The peer list of a node of the reference. */
export class ReferencePeerList {
  readonly #url: string;
  readonly #cluster: string;
  readonly #peers = new Map<string, Peer>();
  /** Who said GOODBYE, and when: gossip of before does not bring them back. */
  readonly #departed = new Map<string, number>();
  readonly #startMs: number;
  #clock = 0;

  constructor(url: string, cluster: string, startMs: number) {
    this.#url = url;
    this.#startMs = startMs;
    this.#cluster = cluster;
  }

  /** All of them, the node itself not counted. */
  get urls(): readonly string[] {
    return [...this.#peers.keys()];
  }

  /** A HELLO came from it, or about it. */
  seen(url: string, cluster: string, now: number): void {
    this.#departed.delete(url);
    if (url !== this.#url) this.#peers.set(url, { cluster, lastSeenMs: now });
  }

  /** Drops one; `false` if it was not in the list. */
  drop(url: string, now: number): boolean {
    const isKnown = this.#peers.delete(url);
    if (isKnown) this.#departed.set(url, now);
    return isKnown;
  }

  /** Gossip came in. */
  gossiped(gossip: JsonObject, now: number): void {
    for (const [url, { lastSeenMs }] of this.#peers) {
      if (now - lastSeenMs > PRUNED_AFTER_MS) this.#peers.delete(url);
    }
    for (const entry of listOf(gossip["peers"]).map(objectOf)) {
      const url = String(entry["url"]);
      const lastSeenMs = Number(entry["last_seen"]) * 1000;
      const isKnown = url === this.#url || this.#peers.has(url);
      const isDeparted = lastSeenMs <= (this.#departed.get(url) ?? -Infinity);
      if (entry["cluster_id"] !== this.#cluster || isKnown || isDeparted) continue;
      if (now - lastSeenMs <= PRUNED_AFTER_MS) {
        this.#peers.set(url, { cluster: this.#cluster, lastSeenMs });
      }
    }
  }

  /** The list as gossip tells it, the node itself first. */
  described(): readonly unknown[] {
    this.#clock += 1;
    const self: [string, Peer] = [this.#url, { cluster: this.#cluster, lastSeenMs: this.#startMs }];
    return [self, ...this.#peers].map(([url, { cluster, lastSeenMs }]) => ({
      url,
      funs: [],
      locs: [],
      last_seen: lastSeenMs / 1000,
      cluster_id: cluster,
      advertised_urls: [url],
      logical_clock: { [this.#url]: this.#clock },
    }));
  }
}
