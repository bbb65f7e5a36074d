/**
 * Which announcements of the reference's dialect were seen, and by how few hops.
 *
 * Theory of operation: a table from (scope, id) to the best hop count, and the same entries as a queue in the order
 * in which they were first seen. An entry lives for a fixed time from then on, whatever is heard later, so the queue
 * is in order of expiry too and both expiry and eviction take from its front: amortised O(1).
 *
 * @module
 */

import { TRACKER_CAPACITY, TRACKER_TTL_MS } from "../protocol/limits.ts";
import type { AnnouncementId, HopCount } from "../protocol/names.ts";

/** How long and how much to remember. */
export interface AnnouncementTrackerOptions {
  /** How long an id is remembered after it was first seen, in ms. Default 300,000. */
  readonly ttlMs?: number;
  /** Ids remembered at most; the oldest goes first. Default 131,072. */
  readonly capacity?: number;
}

/** What a copy is to those seen before. */
export type Verdict = "new" | "shorter" | "duplicate";

interface Seen {
  readonly key: string;
  readonly expiresAt: number;
  hopCount: HopCount;
  next: Seen | undefined;
}

/** Remembers announcement ids for a while. */
export class AnnouncementTracker {
  readonly #ttlMs: number;
  readonly #capacity: number;
  readonly #seen = new Map<string, Seen>();
  #oldest: Seen | undefined;
  #newest: Seen | undefined;

  /**
   * An empty tracker.
   *
   * @throws {RangeError} If the time is not positive or the capacity is not a whole number from 1.
   */
  constructor(options: AnnouncementTrackerOptions = {}) {
    this.#ttlMs = options.ttlMs ?? TRACKER_TTL_MS;
    this.#capacity = options.capacity ?? TRACKER_CAPACITY;
    if (!(this.#ttlMs > 0)) {
      throw new RangeError(`Not a time to remember ids, expected ms above 0: ${this.#ttlMs}`);
    }
    if (!Number.isSafeInteger(this.#capacity) || this.#capacity < 1) {
      throw new RangeError(`Not a capacity, expected a whole number from 1: ${this.#capacity}`);
    }
  }

  /**
   * Says what a copy is and remembers it: `"new"`, or `"shorter"` for a known id with fewer hops (it extends the
   * reach), or `"duplicate"`.
   *
   * @param scope Within what the id is unique: the origin, or the neighbour and the origin.
   * @param now Milliseconds, never going back.
   */
  mark(scope: string, id: AnnouncementId, hopCount: HopCount, now: number): Verdict {
    this.expire(now);
    const key = keyOf(scope, id);
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      if (this.#seen.size >= this.#capacity) this.#dropOldest();
      this.#append({ key, expiresAt: now + this.#ttlMs, hopCount, next: undefined });
      return "new";
    }
    if (hopCount >= seen.hopCount) return "duplicate";
    seen.hopCount = hopCount;
    return "shorter";
  }

  /** The fewest hops seen for an id, or `undefined` if it is unknown by now. */
  bestHop(scope: string, id: AnnouncementId, now: number): HopCount | undefined {
    const seen = this.#seen.get(keyOf(scope, id));
    return seen === undefined || seen.expiresAt <= now ? undefined : seen.hopCount;
  }

  /** Forgets what is over; `mark` does so too. */
  expire(now: number): void {
    while (this.#oldest !== undefined && this.#oldest.expiresAt <= now) this.#dropOldest();
  }

  /** Ids remembered. */
  get size(): number {
    return this.#seen.size;
  }

  #append(seen: Seen): void {
    this.#seen.set(seen.key, seen);
    if (this.#newest === undefined) this.#oldest = seen;
    else this.#newest.next = seen;
    this.#newest = seen;
  }

  #dropOldest(): void {
    const oldest = this.#oldest;
    if (oldest === undefined) return;
    this.#seen.delete(oldest.key);
    this.#oldest = oldest.next;
    if (this.#oldest === undefined) this.#newest = undefined;
  }
}

/** Neither part holds a line feed. */
function keyOf(scope: string, id: AnnouncementId): string {
  return `${scope}\n${id}`;
}
