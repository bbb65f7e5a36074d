import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { NumberMap } from "../../../lib/federation/number_map.ts";

Deno.test("NumberMap agrees with a Map over any series of changes", () => {
  const edit = fc.record({
    key: fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffff_fffe })),
    value: fc.option(fc.integer({ min: 0, max: 0xffff_ffff })),
  });
  fc.assert(fc.property(fc.array(edit, { maxLength: 200 }), (edits) => {
    const [map, twin] = [new NumberMap(), new Map<number, number>()];
    for (const { key, value } of edits) {
      if (value === null) {
        map.delete(key);
        twin.delete(key);
      } else {
        map.set(key, value);
        twin.set(key, value);
      }
      assertEquals([map.size, map.get(key)], [twin.size, twin.get(key)]);
    }
    assertEquals(new Set(map.keys()), new Set(twin.keys()));
    for (const [key, value] of twin) assertEquals(map.get(key), value);
  }));
});

Deno.test("NumberMap is empty after it was cleared, and takes entries again", () => {
  const map = new NumberMap();
  map.set(0, 7);
  map.clear();
  assertEquals([map.size, map.get(0), [...map.keys()]], [0, undefined, []]);
  map.set(0, 8);
  assertEquals([map.size, map.get(0)], [1, 8]);
});
