import { assert, assertEquals, assertThrows } from "@std/assert";
import { DeadlineQueue } from "../../../lib/rpc/deadline_queue.ts";

function drain(queue: DeadlineQueue<string>, now: number): string[] {
  const items: string[] = [];
  for (let due = queue.takeDue(now); due !== undefined; due = queue.takeDue(now)) {
    items.push(due.item);
  }
  return items;
}

Deno.test("DeadlineQueue gives what is due, the earliest first, of equal ones the first added", () => {
  const queue = new DeadlineQueue<string>();
  for (const [at, item] of [[30, "d"], [10, "a"], [20, "b"], [20, "c"], [31, "e"]] as const) {
    queue.add(at, item);
  }
  assertEquals(queue.nextAt, 10);
  assertEquals(drain(queue, 9), []);
  assertEquals(drain(queue, 30), ["a", "b", "c", "d"]);
  assertEquals([queue.size, queue.nextAt], [1, 31]);
});

Deno.test("DeadlineQueue forgets a removed deadline, however often it is removed", () => {
  const queue = new DeadlineQueue<string>();
  const first = queue.add(1, "a");
  queue.add(2, "b");
  queue.remove(first);
  queue.remove(first);
  assertEquals([queue.size, queue.nextAt], [1, 2]);
  assertEquals(drain(queue, 5), ["b"]);
  assertEquals([queue.size, queue.nextAt, queue.heldSize], [0, undefined, 0]);
});

Deno.test("DeadlineQueue leaves a deadline alone that was taken before it is removed", () => {
  const queue = new DeadlineQueue<string>();
  queue.add(1, "a");
  queue.add(2, "b");
  const due = queue.takeDue(1);
  assert(due !== undefined);
  queue.remove(due);
  assertEquals(queue.size, 1);
});

Deno.test("DeadlineQueue holds an endless deadline without its ever being due", () => {
  const queue = new DeadlineQueue<string>();
  queue.add(Infinity, "never");
  assertEquals(drain(queue, Number.MAX_VALUE), []);
  assertThrows(() => queue.add(NaN, "when"), RangeError, "NaN");
  assertEquals(queue.size, 1);
});

Deno.test("DeadlineQueue stays small while calls come and go before their deadlines", () => {
  const queue = new DeadlineQueue<string>();
  queue.add(0, "oldest");
  for (let call = 1; call <= 10_000; call++) {
    queue.remove(queue.add(call, "call"));
    assert(queue.heldSize <= 2 * queue.size + 64);
  }
});
