import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { decodeTime, monotonicUlid, ulid } from "@std/ulid";
import fc from "fast-check";

Deno.test("ulid writes a time that decodeTime reads back", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (timeMs) => {
    const id = ulid(timeMs);
    assertMatch(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    assertEquals(decodeTime(id), timeMs);
  }));
});

Deno.test("monotonicUlid grows within a millisecond and when time steps back", () => {
  let last = "";
  for (const timeMs of [5, 5, 5, 4, 6, 6]) {
    const id = monotonicUlid(timeMs);
    assert(id > last, `${id} does not sort after ${last}`);
    last = id;
  }
  assertEquals(decodeTime(last), 6);
});

Deno.test("ulid and decodeTime refuse what does not fit", () => {
  assertThrows(() => ulid(2 ** 48));
  assertThrows(() => ulid(-1));
  assertThrows(() => decodeTime("short"), Error);
  assertThrows(() => decodeTime("U".repeat(26)), Error);
});
