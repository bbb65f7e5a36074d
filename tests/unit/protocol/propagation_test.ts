import { assert, assertEquals, assertThrows } from "@std/assert";
import { hopCount, maxHops } from "../../../lib/protocol/names.ts";
import {
  canForward,
  forwarded,
  isInitialAnnouncement,
  nextHop,
  propagationInfo,
} from "../../../lib/protocol/propagation.ts";

Deno.test("propagationInfo takes the seed's defaults for what is missing", () => {
  const info = propagationInfo();
  assertEquals(
    [Number(info.hopCount), Number(info.maxHops), String(info.announcementId), info.originalSource],
    [0, 3, "", undefined],
  );
});

Deno.test("propagationInfo is made of plain primitives", () => {
  const info = propagationInfo({
    hopCount: 2,
    maxHops: 5,
    announcementId: "ws://a:1:17",
    originalSource: "ws://a:1",
  });
  assertEquals(JSON.parse(JSON.stringify(info)), {
    hopCount: 2,
    maxHops: 5,
    announcementId: "ws://a:1:17",
    originalSource: "ws://a:1",
  });
});

Deno.test("propagationInfo takes an empty source for the sender itself", () => {
  assertEquals(propagationInfo({ originalSource: "" }).originalSource, undefined);
});

Deno.test("propagationInfo throws for a value that its name does not allow", () => {
  assertThrows(() => propagationInfo({ hopCount: -1 }), RangeError, "-1");
  assertThrows(() => propagationInfo({ maxHops: 1.5 }), RangeError, "1.5");
  assertThrows(() => propagationInfo({ originalSource: "nowhere" }), TypeError, "nowhere");
  assertThrows(() => propagationInfo({ announcementId: "\u0000" }), TypeError);
});

Deno.test("isInitialAnnouncement holds at hop count 0 only", () => {
  assert(isInitialAnnouncement(propagationInfo()));
  assert(!isInitialAnnouncement(propagationInfo({ hopCount: 1 })));
});

Deno.test("forwarded raises the hop count by one and keeps everything else", () => {
  const info = propagationInfo({ maxHops: 5, announcementId: "i", originalSource: "ws://a:1" });
  assertEquals(forwarded(info), { ...info, hopCount: hopCount(1) });
  assertEquals(Number(info.hopCount), 0);
});

Deno.test("forwarded ends after exactly maxHops links, hop counts rising by one", () => {
  for (const limit of [1, 2, 3, 16]) {
    const seen: number[] = [];
    let info = forwarded(propagationInfo({ maxHops: limit }));
    while (info !== undefined) {
      seen.push(info.hopCount);
      assertEquals(canForward(info), forwarded(info) !== undefined);
      info = forwarded(info);
    }
    assertEquals(seen, Array.from({ length: limit - 1 }, (_, index) => index + 1));
  }
});

Deno.test("nextHop never lets on a copy that is beyond its limit already", () => {
  assertEquals(nextHop(hopCount(7), maxHops(3)), undefined);
  assertEquals(nextHop(hopCount(0), maxHops(0)), undefined);
  assertEquals(nextHop(hopCount(0), maxHops(1)), undefined);
});
