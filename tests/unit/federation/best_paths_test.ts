import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  adjustedPaths,
  bestPaths,
  NO_LINK,
  NO_PATHS,
  OUT_OF_REACH,
} from "../../../lib/federation/best_paths.ts";
import { runOptions } from "../../property/run_options.ts";

function pathsOf(hops: readonly number[], preferred = NO_LINK): ReturnType<typeof bestPaths> {
  return bestPaths((slot) => hops[slot] ?? OUT_OF_REACH, hops.length, preferred);
}

Deno.test("bestPaths finds nothing where no link tells anything", () => {
  assertEquals(pathsOf([]), NO_PATHS);
  assertEquals(pathsOf([OUT_OF_REACH, OUT_OF_REACH], 1), NO_PATHS);
});

Deno.test("bestPaths finds the best link and the best of the others", () => {
  assertEquals(pathsOf([3, 1, 2]), { best: 1, via: 1, second: 2 });
  assertEquals(pathsOf([1, OUT_OF_REACH]), { best: 1, via: 0, second: OUT_OF_REACH });
  assertEquals(pathsOf([2, 2]), { best: 2, via: 0, second: 2 });
});

Deno.test("bestPaths stays with the preferred link among equals", () => {
  assertEquals(pathsOf([2, 2, 2], 1), { best: 2, via: 1, second: 2 });
  assertEquals(pathsOf([1, 2], 1), { best: 1, via: 0, second: 2 });
});

Deno.test("adjustedPaths agrees with a look at every link wherever it answers", () => {
  const value = fc.oneof(fc.nat(4), fc.constant(OUT_OF_REACH));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      value,
      (hops, at, to) => {
        const slot = at % hops.length;
        const before = pathsOf(hops);
        const changed = hops.with(slot, to);
        const quick = adjustedPaths(before, slot, hops[slot] ?? OUT_OF_REACH, to);
        if (quick === undefined) return;
        const full = pathsOf(changed, quick.via);
        assertEquals([quick.best, quick.second], [full.best, full.second]);
        if (full.best !== OUT_OF_REACH) assertEquals(quick.via, full.via);
      },
    ),
    runOptions(5000),
  );
});

Deno.test("adjustedPaths needs no look at every link when a value got better", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.nat(),
      (hops, at, by) => {
        const slot = at % hops.length;
        const before = hops[slot] ?? 0;
        const after = before - by % (before + 1);
        assertEquals(adjustedPaths(pathsOf(hops), slot, before, after) === undefined, false);
      },
    ),
  );
});
