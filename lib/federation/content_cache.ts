/**
 * Contents of groups out of reach, kept for a while: when a path returns, headers are enough.
 *
 * @module
 */

import type { GroupName } from "../protocol/v1_messages.ts";
import { groupKey } from "./group_table.ts";
import type { OfferSet } from "./offer_set.ts";

interface Kept {
  readonly name: GroupName;
  readonly set: OfferSet;
  readonly until: number;
}

/** A bounded store of offer sets; the one that was lost first goes first. */
export class ContentCache {
  readonly #retentionMs: number;
  readonly #capacity: number;
  // Every entry is kept equally long, so the insertion order of a Map is the order of expiry.
  readonly #kept = new Map<string, Kept>();

  /** Keeps each content for `retentionMs` (0 = keep nothing), and at most `capacity` of them. */
  constructor(retentionMs: number, capacity: number) {
    this.#retentionMs = retentionMs;
    this.#capacity = capacity;
  }

  /** Contents kept now. */
  get size(): number {
    return this.#kept.size;
  }

  /** Keeps a content that is out of reach from now on. */
  put(name: GroupName, set: OfferSet, now: number): void {
    if (this.#retentionMs <= 0 || this.#capacity <= 0) return;
    const key = groupKey(name);
    this.#kept.delete(key);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < this.#capacity) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, { name, set, until: now + this.#retentionMs });
  }

  /** Takes a content out, for a group that is back. */
  take(name: GroupName): OfferSet | undefined {
    if (this.#kept.size === 0) return undefined;
    const key = groupKey(name);
    const found = this.#kept.get(key);
    this.#kept.delete(key);
    return found?.set;
  }

  /** Drops what is over; returns when the next one will be, `Infinity` when nothing is kept. */
  expire(now: number): number {
    for (const [key, { until }] of this.#kept) {
      if (until > now) return until;
      this.#kept.delete(key);
    }
    return Infinity;
  }

  /** Names and versions, for a digest. */
  *held(): Iterable<{ readonly group: GroupName; readonly seq: number }> {
    for (const { name, set } of this.#kept.values()) yield { group: name, seq: set.seq };
  }
}
