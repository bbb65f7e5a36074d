import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { systemEntropy } from "../../lib/edges/entropy.ts";
import { systemClock } from "../../lib/edges/system_clock.ts";

Deno.test("systemClock never goes back", () => {
  const clock = systemClock();
  let before = clock.now();
  for (let round = 0; round < 1_000; round += 1) {
    const now = clock.now();
    assert(now >= before);
    before = now;
  }
});

Deno.test("systemClock wakes at the instant, never before", async () => {
  const clock = systemClock();
  const at = clock.now() + 5.5;
  await new Promise<void>((resolve) => clock.wake(at, resolve));
  assert(clock.now() >= at);
});

Deno.test("systemClock wakes in the present turn's microtasks for an instant that has passed", async () => {
  const clock = systemClock();
  let woken = 0;
  clock.wake(clock.now(), () => woken += 1);
  clock.wake(-1, () => woken += 1);
  assertEquals(woken, 0);
  await Promise.resolve();
  assertEquals(woken, 2);
});

Deno.test("systemClock does not wake after cancelling", async () => {
  const clock = systemClock();
  let woken = 0;
  const wake = (): number => woken += 1;
  clock.wake(clock.now(), wake)();
  clock.wake(clock.now() + 1, wake)();
  clock.wake(Infinity, wake)();
  await new Promise<void>((resolve) => clock.wake(clock.now() + 3, resolve));
  assertEquals(woken, 0);
});

Deno.test("systemClock holds instants too far for one timer", () => {
  const clock = systemClock();
  let woken = 0;
  const cancel = clock.wake(clock.now() + 2 ** 40, () => woken += 1);
  cancel();
  assertEquals(woken, 0);
});

Deno.test("systemEntropy gives four words of 32 bits, other ones each time", () => {
  const first = systemEntropy().seed();
  assertEquals(first.length, 4);
  for (const word of first) assert(Number.isInteger(word) && word >= 0 && word < 2 ** 32);
  assertNotEquals(first, systemEntropy().seed());
});
