import { assertEquals, assertThrows } from "@std/assert";
import { AnnouncementTracker } from "../../../lib/federation/announcement_tracker.ts";
import { announcementId, hopCount } from "../../../lib/protocol/names.ts";

const id = announcementId("ws://a.example:9000:1");

Deno.test("AnnouncementTracker tells new, shorter and duplicate copies apart", () => {
  const tracker = new AnnouncementTracker();
  assertEquals(tracker.mark("a", id, hopCount(2), 0), "new");
  assertEquals(tracker.mark("a", id, hopCount(2), 1), "duplicate");
  assertEquals(tracker.mark("a", id, hopCount(3), 2), "duplicate");
  assertEquals(tracker.mark("a", id, hopCount(1), 3), "shorter");
  assertEquals(tracker.mark("a", id, hopCount(2), 4), "duplicate");
  assertEquals(tracker.bestHop("a", id, 4), hopCount(1));
});

Deno.test("AnnouncementTracker keeps the same id of two scopes apart", () => {
  const tracker = new AnnouncementTracker();
  tracker.mark("a", id, hopCount(0), 0);
  assertEquals(tracker.bestHop("b", id, 0), undefined);
  assertEquals(tracker.mark("b", id, hopCount(5), 0), "new");
});

Deno.test("AnnouncementTracker forgets an id a fixed time after it was first seen", () => {
  const tracker = new AnnouncementTracker({ ttlMs: 100 });
  tracker.mark("a", id, hopCount(2), 0);
  tracker.mark("a", id, hopCount(1), 99);
  assertEquals(tracker.bestHop("a", id, 99), hopCount(1));
  assertEquals(tracker.bestHop("a", id, 100), undefined);
  assertEquals(tracker.mark("a", id, hopCount(7), 100), "new");
});

Deno.test("AnnouncementTracker evicts the oldest id at its capacity", () => {
  const tracker = new AnnouncementTracker({ capacity: 2 });
  for (const scope of ["a", "b", "c"]) tracker.mark(scope, id, hopCount(0), 0);
  assertEquals(tracker.size, 2);
  assertEquals(["a", "b", "c"].map((scope) => tracker.bestHop(scope, id, 0)), [
    undefined,
    hopCount(0),
    hopCount(0),
  ]);
});

Deno.test("AnnouncementTracker refuses options that make no sense", () => {
  assertThrows(() => new AnnouncementTracker({ ttlMs: 0 }), RangeError, "0");
  assertThrows(() => new AnnouncementTracker({ capacity: 1.5 }), RangeError, "1.5");
});
