import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Deadline, DeadlineQueue } from "../../lib/rpc/deadline_queue.ts";
import { PendingCalls } from "../../lib/rpc/pending_calls.ts";
import { runOptions } from "./run_options.ts";

interface Call {
  readonly id: number;
  readonly deadlineAt: number;
}

const MAX = 8;
const id = fc.nat(11);
const owner = fc.nat(2);

/** What may happen to calls, in any order. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), id, inMs: fc.nat(30), owner: fc.option(owner) }),
  fc.record({ kind: fc.constant("settle" as const), id }),
  fc.record({ kind: fc.constant("assign" as const), id, owner: fc.option(owner) }),
  fc.record({ kind: fc.constant("takeAll" as const), owner }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(20) }),
);

Deno.test("PendingCalls ends each call exactly once, whatever ends it first (I8)", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
      const calls = new PendingCalls<Call>(MAX);
      const model = new Map<number, { readonly call: Call; owner: number | null }>();
      const taken: Call[] = [];
      const ended: Call[] = [];
      let now = 0;

      function end(call: Call | undefined, id: number): void {
        assertEquals(call, model.get(id)?.call);
        model.delete(id);
        if (call !== undefined) ended.push(call);
        assertEquals(calls.settle(id), undefined);
      }

      for (const one of happenings) {
        if (one.kind === "add") {
          const call = { id: one.id, deadlineAt: now + one.inMs };
          const isExpected = model.size < MAX && !model.has(one.id);
          assertEquals(
            calls.add(one.id, call, call.deadlineAt, one.owner ?? undefined),
            isExpected,
          );
          if (!isExpected) continue;
          model.set(one.id, { call, owner: one.owner });
          taken.push(call);
        } else if (one.kind === "settle") end(calls.settle(one.id), one.id);
        else if (one.kind === "assign") {
          const known = model.get(one.id);
          assertEquals(calls.assign(one.id, one.owner ?? undefined), known !== undefined);
          if (known !== undefined) known.owner = one.owner;
        } else if (one.kind === "takeAll") {
          const owned = [...model.values()].filter((known) => known.owner === one.owner);
          const all = calls.takeAll(one.owner);
          assertEquals(new Set(all), new Set(owned.map(({ call }) => call)));
          for (const call of all) end(call, call.id);
        } else {
          now += one.ms;
          let last = -1;
          for (const call of calls.due(now)) {
            assert(call.deadlineAt <= now && call.deadlineAt >= last);
            last = call.deadlineAt;
            end(calls.settle(call.id), call.id);
          }
          for (const { call } of model.values()) assert(call.deadlineAt > now, "a call hangs");
        }
        assertEquals(calls.size, model.size);
        const earliest = [...model.values()].map(({ call }) => call.deadlineAt);
        assertEquals(calls.nextDeadlineAt, earliest.length > 0 ? Math.min(...earliest) : undefined);
        for (const owner of [0, 1, 2]) {
          const count = [...model.values()].filter((known) => known.owner === owner).length;
          assertEquals(calls.sizeOf(owner), count);
        }
      }
      for (const call of calls.due(Infinity)) end(calls.settle(call.id), call.id);
      assertEquals(calls.size, 0);
      assertEquals(ended.length, taken.length);
      assertEquals(new Set(ended), new Set(taken));
      assertEquals(new Set(ended).size, ended.length);
    }),
    runOptions(500),
  );
});

/** What may happen to a queue: mostly more adding than taking, or mostly removing, so that it compacts. */
const queueStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add" as const), at: fc.nat(50) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("take" as const), now: fc.nat(60) }) },
);

Deno.test("DeadlineQueue agrees with a sorted list and stays within its bound", () => {
  const size = { minLength: 0, maxLength: 400 };
  fc.assert(
    fc.property(fc.nat(300), fc.array(queueStep, size), (initial, steps) => {
      const queue = new DeadlineQueue<number>();
      let list: Deadline<number>[] = [];
      let item = 0;

      function add(at: number): void {
        list.push(queue.add(at, item++));
        // Stable, so that equal ones stay in their order.
        list.sort((a, b) => a.at - b.at);
      }

      for (let one = 0; one < initial; one++) add((one * 37) % 50);
      for (const step of steps) {
        if (step.kind === "add") add(step.at);
        else if (step.kind === "remove") {
          const removed = list[step.which % Math.max(1, list.length)];
          if (removed === undefined) continue;
          queue.remove(removed);
          list = list.filter((one) => one !== removed);
        } else {
          const due = queue.takeDue(step.now);
          const isDue = list[0] !== undefined && list[0].at <= step.now;
          assertEquals(due?.item, isDue ? list.shift()?.item : undefined);
        }
        assertEquals([queue.size, queue.nextAt], [list.length, list[0]?.at]);
        assert(queue.heldSize <= 2 * queue.size + 64);
      }
      while (list.length > MAX) {
        const removed = list.splice(list.length >> 1, 1)[0];
        if (removed !== undefined) queue.remove(removed);
        assert(queue.heldSize <= 2 * queue.size + 64);
      }
      const rest: (number | undefined)[] = [];
      while (queue.size > 0) rest.push(queue.takeDue(Infinity)?.item);
      assertEquals(rest, list.map((one) => one.item));
    }),
    runOptions(200),
  );
});
