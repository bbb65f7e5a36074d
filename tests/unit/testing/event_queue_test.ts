import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EventQueue } from "../../../lib/testing/event_queue.ts";

Deno.test("EventQueue does things in the order of their times, and of their adding at equal times", () => {
  fc.assert(fc.property(fc.array(fc.nat(20)), (times) => {
    const queue = new EventQueue();
    const done: [number, number][] = [];
    times.forEach((at, order) => queue.add(at, () => done.push([at, order])));
    queue.run(Infinity);
    assertEquals(done, done.toSorted(([a, x], [b, y]) => a - b || x - y));
    assertEquals(done.length, times.length);
  }));
});

Deno.test("EventQueue stops at the asked time, which is then the present", () => {
  const queue = new EventQueue();
  const done: number[] = [];
  for (const at of [1, 5, 9]) queue.add(at, () => done.push(queue.now));
  queue.run(5);
  assertEquals([done, queue.now, queue.nextAt], [[1, 5], 5, 9]);
  queue.add(2, () => done.push(queue.now));
  queue.run(6);
  assertEquals([done, queue.now], [[1, 5, 5], 6]);
});
