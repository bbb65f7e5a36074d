import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MapRun } from "../../../lib/rpc/map_run.ts";

Deno.test("MapRun of an empty list is done before it begins", () => {
  const map = new MapRun([], 4);
  assert(map.isDone);
  assertEquals(map.next(), undefined);
  assertEquals(map.results(), []);
});

Deno.test("MapRun keeps the order of the list and its concurrency, whatever the order of ends", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.nat()),
      (items, concurrency, choices) => {
        const map = new MapRun(items, concurrency);
        const open: number[] = [];
        for (;;) {
          for (let next = map.next(); next !== undefined; next = map.next()) {
            assertEquals(next.item, items[next.part]);
            open.push(next.part);
          }
          assert(open.length <= concurrency);
          if (open.length === 0) break;
          const choice: number = choices.next().value ?? 0;
          const [part = -1] = open.splice(choice % open.length, 1);
          assertFalse(map.isDone);
          map.finish(part, [items[part] ?? null]);
        }
        assert(map.isDone);
        assertEquals(map.results(), items.map((item) => [item]));
      },
    ),
  );
});

Deno.test("MapRun takes one result of each run", () => {
  const map = new MapRun(["a", "b"], 1);
  assertEquals(map.next()?.part, 0);
  assertThrows(() => map.finish(1, 1), RangeError, "1");
  map.finish(0, 1);
  assertThrows(() => map.finish(0, 1), RangeError, "0");
  assertEquals([map.doneCount, map.size], [1, 2]);
});
