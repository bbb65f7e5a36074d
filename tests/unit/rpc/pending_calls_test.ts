import { assert, assertEquals, assertFalse } from "@std/assert";
import { PendingCalls } from "../../../lib/rpc/pending_calls.ts";

interface Call {
  readonly name: string;
}

const a: Call = { name: "a" };
const b: Call = { name: "b" };
const c: Call = { name: "c" };

Deno.test("PendingCalls gives a call to the first who settles it and nothing to the second", () => {
  const calls = new PendingCalls<Call>(10);
  assert(calls.add(1, a, 100));
  assertEquals(calls.get(1), a);
  assertEquals(calls.settle(1), a);
  assertEquals(calls.settle(1), undefined);
  assertEquals(calls.get(1), undefined);
  assertEquals([calls.size, calls.nextDeadlineAt], [0, undefined]);
});

Deno.test("PendingCalls takes no call above its limit, and again when there is room", () => {
  const calls = new PendingCalls<Call>(2);
  calls.add(1, a, 100);
  calls.add(2, b, 100);
  assertFalse(calls.add(3, c, 100));
  calls.settle(1);
  assert(calls.add(3, c, 100));
});

Deno.test("PendingCalls takes no second call under an id in use", () => {
  const calls = new PendingCalls<Call>(10);
  calls.add(1, a, 100);
  assertFalse(calls.add(1, b, 50));
  assertEquals([calls.get(1), calls.nextDeadlineAt], [a, 100]);
});

Deno.test("PendingCalls yields what is due, the earliest first, for the receiver to settle", () => {
  const calls = new PendingCalls<Call>(10);
  calls.add(1, a, 300);
  calls.add(2, b, 200);
  calls.add(3, c, 301);
  assertEquals(calls.nextDeadlineAt, 200);
  assertEquals([...calls.due(300)], [b, a]);
  assertEquals([...calls.due(300)], []);
  assertEquals([calls.size, calls.nextDeadlineAt], [3, 301]);
  assertEquals(calls.settle(2), b);
});

Deno.test("PendingCalls doesn't yield a due call that another one's end has settled", () => {
  const calls = new PendingCalls<Call>(10);
  calls.add(1, a, 100);
  calls.add(2, b, 100);
  const seen: Call[] = [];
  for (const call of calls.due(100)) {
    seen.push(call);
    calls.settle(1);
    calls.settle(2);
  }
  assertEquals(seen, [a]);
});

Deno.test("PendingCalls takes all calls of an owner at once, and no others", () => {
  const calls = new PendingCalls<Call>(10);
  calls.add(1, a, 100, 7);
  calls.add(2, b, 100, 8);
  calls.add(3, c, 100);
  calls.assign(3, 7);
  assertEquals([calls.sizeOf(7), calls.sizeOf(8), calls.sizeOf(9)], [2, 1, 0]);
  assertEquals(calls.takeAll(7), [a, c]);
  assertEquals(calls.takeAll(7), []);
  assertEquals([calls.size, calls.settle(1), calls.settle(2)], [1, undefined, b]);
});

Deno.test("PendingCalls moves a call from one owner to another, or to none", () => {
  const calls = new PendingCalls<Call>(10);
  calls.add(1, a, 100, 7);
  assert(calls.assign(1, 8));
  assertEquals(calls.takeAll(7), []);
  assert(calls.assign(1, undefined));
  assertEquals(calls.takeAll(8), []);
  assertEquals(calls.settle(1), a);
  assertFalse(calls.assign(1, 7));
  assertEquals(calls.sizeOf(7), 0);
});
