import { assertEquals } from "@std/assert";
import { SimulatedClock } from "../../../lib/testing/simulated_clock.ts";

Deno.test("SimulatedClock jumps ahead at once", () => {
  const clock = new SimulatedClock(() => 0, 0);
  const before = clock.now();
  clock.jump(500);
  assertEquals(clock.now() - before, 500);
});

Deno.test("SimulatedClock stands still after a jump back until time has caught up", () => {
  let now = 0;
  const clock = new SimulatedClock(() => now, 0);
  const before = clock.now();
  clock.jump(-300);
  now = 200;
  assertEquals(clock.now() - before, 0);
  now = 450;
  assertEquals(clock.now() - before, 150);
});

Deno.test("SimulatedClock knows when it will show a time", () => {
  const clock = new SimulatedClock(() => 40, 7_000);
  assertEquals(clock.worldTimeOf(clock.now() + 10), 50);
});
