import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backOffMs } from "../../../lib/core/back_off.ts";

Deno.test("backOffMs doubles its ceiling from 100 ms up to 30 s", () => {
  const most = [1, 2, 3, 4, 9, 10, 50].map((failures) => backOffMs(failures, () => 1));
  assertEquals(most, [100, 200, 400, 800, 25_600, 30_000, 30_000]);
});

Deno.test("backOffMs is never a busy loop and never above its ceiling", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, draw) => {
        const pause = backOffMs(failures, () => draw);
        assert(pause >= 10 && pause <= 30_000);
      },
    ),
  );
});
