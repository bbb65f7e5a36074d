import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { endAll, live, scripts } from "./router_script.ts";

/** More runs by hand: `FARCALL_RUNS=20000 deno test -A tests/property/router_exact_reach_test.ts`. */
const RUNS = Number(Deno.env.get("FARCALL_RUNS") ?? 600);

Deno.test("HopRouter lists at rest exactly what is in reach and forgets everything that ended", () => {
  fc.assert(
    fc.property(scripts(), (script) => {
      const world = live(script);
      world.settle();
      assertEquals(world.differences(), []);
      endAll(world);
      world.settle();
      assertEquals(world.differences(), []);
      assertEquals(world.leftovers(), { groups: 0, dirty: 0, retained: 0 });
    }),
    { numRuns: RUNS, seed: Number(Deno.env.get("FARCALL_SEED") ?? 20_26) },
  );
});
