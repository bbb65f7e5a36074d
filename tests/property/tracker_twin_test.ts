import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AnnouncementTracker, type Verdict } from "../../lib/federation/announcement_tracker.ts";
import { announcementId, hopCount } from "../../lib/protocol/names.ts";
import { runOptions } from "./run_options.ts";

/** The same thing as an array that is searched and filtered. */
class NaiveTracker {
  #seen: { key: string; at: number; hops: number }[] = [];
  readonly #ttlMs: number;
  readonly #capacity: number;

  constructor(ttlMs: number, capacity: number) {
    this.#ttlMs = ttlMs;
    this.#capacity = capacity;
  }

  mark(key: string, hops: number, now: number): Verdict {
    this.expire(now);
    const seen = this.#seen.find((one) => one.key === key);
    if (seen === undefined) {
      this.#seen.push({ key, at: now, hops });
      this.#seen = this.#seen.slice(-this.#capacity);
      return "new";
    }
    if (hops >= seen.hops) return "duplicate";
    seen.hops = hops;
    return "shorter";
  }

  expire(now: number): void {
    this.#seen = this.#seen.filter((one) => now - one.at < this.#ttlMs);
  }

  get size(): number {
    return this.#seen.length;
  }
}

Deno.test("AnnouncementTracker agrees with a naive twin, stays within bounds and ends empty (I7)", () => {
  const mark = fc.record({ id: fc.nat(12), hops: fc.nat(4), pauseMs: fc.nat(30) });
  fc.assert(
    fc.property(
      fc.array(mark, { maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 8 }),
      (marks, ttlMs, capacity) => {
        const tracker = new AnnouncementTracker({ ttlMs, capacity });
        const twin = new NaiveTracker(ttlMs, capacity);
        let now = 0;
        for (const { id, hops, pauseMs } of marks) {
          now += pauseMs;
          const verdict = tracker.mark("o", announcementId(`${id}`), hopCount(hops), now);
          assertEquals(verdict, twin.mark(`${id}`, hops, now));
          assertEquals(tracker.size, twin.size);
          assert(tracker.size <= capacity);
        }
        tracker.expire(now + ttlMs);
        assertEquals(tracker.size, 0);
      },
    ),
    runOptions(500),
  );
});
