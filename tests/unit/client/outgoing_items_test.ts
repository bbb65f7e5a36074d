import { assertEquals, assertRejects } from "@std/assert";
import { OutgoingItems } from "../../../lib/client/outgoing_items.ts";
import { STREAM_BATCH, STREAM_CREDIT } from "../../../lib/protocol/limits.ts";
import { batchUnits, type ItemBatch } from "../../../lib/protocol/item_batch.ts";

const NEVER = new AbortController().signal;

function writer(credit = STREAM_CREDIT): { items: OutgoingItems; batches: ItemBatch[] } {
  const batches: ItemBatch[] = [];
  const items = new OutgoingItems(credit, {
    put: (batch) => void batches.push(batch),
    trouble: (which) => new Error(which),
  });
  return { items, batches };
}

function lengths(batches: readonly ItemBatch[]): number[] {
  return batches.map(({ count }) => count);
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

Deno.test("OutgoingItems sends what is ready together, in order, and no batch above its bound", async () => {
  const { items, batches } = writer();
  await items.send(numbers(1_000), NEVER);
  const all = batches.flatMap(({ list }) => list.value);
  assertEquals(all, Array.from({ length: 1_000 }, (_, number) => number));
  assertEquals(batches.every((batch) => batchUnits(batch) <= STREAM_BATCH), true);
  // 64 units and the digits each.
  assertEquals(batches.length, Math.ceil(1_000 * (64 + 2.89) / STREAM_BATCH));
});

Deno.test("OutgoingItems sends an item without waiting for one that takes its time", async () => {
  const { items, batches } = writer();
  const { promise: later, resolve } = Promise.withResolvers<void>();
  const sent = items.send(
    (async function* () {
      yield 1;
      yield 2;
      await later;
      yield 3;
    })(),
    NEVER,
  );
  // Whatever else may happen in the process happens after this.
  await new Promise((next) => setTimeout(next, 0));
  assertEquals(lengths(batches), [2]);
  resolve();
  await sent;
  assertEquals(lengths(batches), [2, 1]);
});

Deno.test("OutgoingItems sends all that its credit allows, and what came before a failure", async () => {
  const { items, batches } = writer(200);
  const sent = items.send(numbers(10), NEVER);
  await new Promise((next) => setTimeout(next, 0));
  assertEquals(lengths(batches), [4]);
  items.credit(10_000);
  await sent;
  assertEquals(lengths(batches), [4, 6]);

  const failing = writer();
  const error = new Error("gone");
  const failed = failing.items.send(
    (async function* () {
      yield 1;
      throw error;
    })(),
    NEVER,
  );
  assertEquals(await assertRejects(() => failed), error);
  assertEquals(lengths(failing.batches), [1]);
});

Deno.test("OutgoingItems sends long items by themselves, and none that is too long", async () => {
  const { items, batches } = writer();
  const long = "x".repeat(STREAM_BATCH);
  await items.send([1, long, 2, long][Symbol.iterator](), NEVER);
  assertEquals(lengths(batches), [1, 1, 1, 1]);
  const { items: refusing } = writer();
  const tooLong = ["x".repeat(STREAM_CREDIT)];
  await assertRejects(() => refusing.send(tooLong.values(), NEVER), Error, "too_long");
});

Deno.test("OutgoingItems sends nothing any more when nobody reads, and ends what gives the values", async () => {
  const { items, batches } = writer(1);
  const stop = new AbortController();
  let ended = 0;
  const sent = items.send(
    (async function* () {
      try {
        yield* numbers(10);
      } finally {
        ended += 1;
      }
    })(),
    stop.signal,
  );
  await new Promise((next) => setTimeout(next, 0));
  stop.abort();
  await sent;
  assertEquals([lengths(batches), ended], [[1], 1]);
});
