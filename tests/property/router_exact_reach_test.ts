import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { endAll, live, scripts } from "./router_script.ts";
import { runOptions } from "./run_options.ts";

Deno.test("HopRouter lists at rest exactly what is in reach and forgets everything that ended (I1, I2, I3, I7)", () => {
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
    runOptions(600),
  );
});
