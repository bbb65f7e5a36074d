/**
 * Streams through node cores: what is under way is bounded at every node, and each has one end.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { STREAM_CREDIT, STREAMS_PER_LINK_MAX } from "../../../lib/protocol/limits.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { itemUnits } from "../../../lib/rpc/stream_credit.ts";
import { batchOf } from "../../../lib/protocol/item_batch.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

const STREAM = { stream: { resumeFrom: undefined } };

/** A provider that can't be dialled, two relays and a reader. */
function relayed(): { world: CoreWorld; provider: CoreNode; reader: CoreNode; all: CoreNode[] } {
  const world = new CoreWorld();
  const all = chain(world, 4);
  const [provider, , , reader] = all;
  assert(provider !== undefined && reader !== undefined);
  world.undialable.add(provider.url);
  provider.register("count", () => PENDING);
  world.settle();
  return { world, provider, reader, all };
}

function invocationOf(node: CoreNode): number {
  return node.invocations.at(-1)?.invocation ?? -1;
}

function read(node: CoreNode, call: number): (unknown)[] {
  return (node.items.get(call) ?? []).map(({ value }) => value);
}

/** Writes until the credit is used up. Returns how many items that took. */
function fill(world: CoreWorld, provider: CoreNode, invocation: number, item: string): number {
  let count = 0;
  while (provider.yield(invocation, item)) {
    count += 1;
    world.settle();
  }
  return count;
}

function assertIdle(...nodes: CoreNode[]): void {
  for (const { core, url } of nodes) {
    const { calls, own, inbound, running } = core.sizes();
    assertEquals([url, calls, own, inbound, running], [url, 0, 0, 0, 0]);
  }
}

Deno.test("I8: NodeCore passes a stream through two relays, in order and with one end", () => {
  const { world, provider, reader, all } = relayed();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  const invocation = invocationOf(provider);
  assertEquals(provider.invocations[0]?.stream, { credit: STREAM_CREDIT, resumeFrom: undefined });
  for (const number of [1, 2, 3]) assert(provider.yield(invocation, number));
  world.settle();
  assertEquals([read(reader, call), reader.ended(call)], [[1, 2, 3], undefined]);
  provider.step({ type: "returned", invocation, value: Payload.fromValue(null) });
  world.settle();
  assertEquals(reader.ended(call), null);
  assertIdle(...all);
});

Deno.test("NodeCore lets a writer send what its reader has room for, and more once it has read", () => {
  const { world, provider, reader } = relayed();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  const invocation = invocationOf(provider);
  const item = "x".repeat(10_000);
  const units = itemUnits(Payload.fromValue(item));
  const first = fill(world, provider, invocation, item);
  assertEquals(first, Math.ceil(STREAM_CREDIT / units));
  assertEquals(read(reader, call).length, first);
  reader.step({ type: "read", call, units: units * first });
  world.settle();
  assertEquals(fill(world, provider, invocation, item), first);
  reader.step({ type: "read", call, units });
  world.settle();
  assertEquals(fill(world, provider, invocation, item), 1, "a writer that waits is told at once");
});

Deno.test("NodeCore ends a stream whose writer sends more than it may, and stops the writer", () => {
  const { world, provider, reader, all } = relayed();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  const invocation = invocationOf(provider);
  fill(world, provider, invocation, "x".repeat(10_000));
  provider.step({ type: "yielded", invocation, batch: batchOf(['"too much"']) });
  world.settle();
  assertEquals(reader.ended(call), "PROTOCOL/yes");
  assertEquals(provider.aborted, [invocation]);
  provider.finish(invocation, "late");
  world.settle();
  assertIdle(...all);
});

Deno.test("I8: NodeCore ends a stream's function when its reader gives up, and takes no more of it", () => {
  const { world, provider, reader, all } = relayed();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  const invocation = invocationOf(provider);
  provider.yield(invocation, 1);
  world.settle();
  reader.step({ type: "cancel", call });
  world.settle();
  assertEquals([reader.ended(call), provider.aborted], ["CANCELLED/yes", [invocation]]);
  provider.yield(invocation, 2);
  provider.finish(invocation, "late");
  world.settle();
  assertEquals(read(reader, call), [1]);
  assertIdle(...all);
});

Deno.test("I8: NodeCore ends a stream at its deadline, wherever it is", () => {
  const { world, provider, reader, all } = relayed();
  const call = reader.call("count", [], [], 1_000, STREAM);
  world.settle();
  const invocation = invocationOf(provider);
  provider.yield(invocation, 1);
  world.pass(1_100);
  assertEquals([reader.ended(call), provider.aborted], ["DEADLINE_EXCEEDED/yes", [invocation]]);
  provider.finish(invocation, "late");
  world.settle();
  assertIdle(...all);
});

Deno.test("I8: NodeCore ends a stream at once when its provider is lost", () => {
  const { world, provider, reader, all } = relayed();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  provider.yield(invocationOf(provider), 1);
  world.settle();
  world.kill(provider);
  world.settle();
  assertEquals([reader.ended(call), read(reader, call)], ["UNAVAILABLE/yes", [1]]);
  assertIdle(...all.slice(1));
});

Deno.test("NodeCore goes on at another provider after the last item, if the items have numbers", () => {
  const world = new CoreWorld();
  const reader = world.node("ws://reader");
  const peers = [nodeUrl(reader.url)];
  const providers = ["ws://a", "ws://b"].map((url) => world.node(url, { peers }));
  for (const one of providers) one.register("count", () => PENDING);
  world.settle();
  const call = reader.call("count", [], [], 30_000, { stream: { resumeFrom: 5 } });
  world.settle();
  const first = providers.find(({ invocations }) => invocations.length > 0);
  const second = providers.find((one) => one !== first);
  assert(first !== undefined && second !== undefined);
  for (const number of [5, 6]) first.yield(invocationOf(first), number);
  world.settle();
  world.kill(first);
  world.settle();
  const { stream } = second.invocations[0] ?? {};
  assertEquals(stream?.resumeFrom, 7);
  assertLess(stream?.credit ?? 0, STREAM_CREDIT);
  second.yield(invocationOf(second), 7);
  second.finish(invocationOf(second), "end");
  world.settle();
  assertEquals([read(reader, call), reader.ended(call)], [[5, 6, 7], "end"]);
  assertIdle(reader, second);
});

Deno.test("NodeCore keeps what all streams over one link have under way within the link's credit", () => {
  const { world, provider, reader, all } = relayed();
  const calls = Array.from(
    { length: 100 },
    () => reader.call("count", [], [], 30_000, STREAM),
  );
  world.settle();
  const item = "x".repeat(8_000);
  let isWriting = true;
  while (isWriting) {
    isWriting = false;
    for (const { invocation } of provider.invocations) {
      if (provider.yield(invocation, item)) isWriting = true;
    }
  }
  world.settle();
  const units = itemUnits(Payload.fromValue(item));
  const after = calls.map((call) => read(reader, call).length);
  const total = after.reduce((sum, count) => sum + count, 0) * units;
  assertLess(total, 4 * 1024 * 1024 + 100 * (4_096 + 2 * units));
  assertGreater(Math.min(...after), 0, "one of them got nothing");
  for (const call of calls) {
    reader.step({ type: "read", call, units: units * read(reader, call).length });
  }
  world.settle();
  // Now that all are read, all have the same part.
  const before = calls.map((call) => read(reader, call).length);
  for (let round = 0; round < 20; round += 1) {
    for (const { invocation } of provider.invocations) provider.yield(invocation, item);
    world.settle();
  }
  const more = calls.map((call, index) => read(reader, call).length - (before[index] ?? 0));
  assertLess(Math.max(...more) - Math.min(...more), 3, more.join());
  assertGreater(Math.min(...more), 3);
  world.kill(provider);
  world.settle();
  assertIdle(...all.slice(1));
});

Deno.test("NodeCore keeps credit back while the next connection does not take what it is sent", () => {
  const world = new CoreWorld();
  const [provider, relay, reader] = chain(world, 3);
  assert(provider !== undefined && relay !== undefined && reader !== undefined);
  world.undialable.add(provider.url);
  provider.register("count", () => PENDING);
  world.settle();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  const invocation = invocationOf(provider);
  const item = "x".repeat(10_000);
  const first = fill(world, provider, invocation, item);
  const towards = [...relay.ends].find(([, { node }]) => node === reader)?.[0] ?? -1;
  relay.step({ type: "congested", connection: towards });
  reader.step({ type: "read", call, units: first * itemUnits(Payload.fromValue(item)) });
  world.settle();
  assertEquals(fill(world, provider, invocation, item), 0);
  relay.step({ type: "drained", connection: towards });
  world.settle();
  assertEquals(fill(world, provider, invocation, item), first);
});

Deno.test("NodeCore refuses more streams of one connection than may be", () => {
  const world = new CoreWorld();
  const [provider, reader] = chain(world, 2);
  assert(provider !== undefined && reader !== undefined);
  provider.register("count", () => PENDING, { concurrency: 2_000 });
  world.settle();
  const calls = Array.from(
    { length: STREAMS_PER_LINK_MAX + 1 },
    () => reader.call("count", [], [], 30_000, STREAM),
  );
  world.settle();
  const refused = calls.filter((call) => reader.ended(call) !== undefined);
  assertEquals(refused.map((call) => reader.ended(call)), ["RESOURCE_EXHAUSTED/no"]);
  assertEquals(provider.core.sizes().running, STREAMS_PER_LINK_MAX);
});

Deno.test("I8: NodeCore ends its streams when it leaves", () => {
  const { world, provider, reader } = relayed();
  const call = reader.call("count", [], [], 30_000, STREAM);
  world.settle();
  provider.yield(invocationOf(provider), 1);
  world.settle();
  provider.step({ type: "drain", timeoutMs: 1_000 });
  world.pass(2_000);
  assertEquals([provider.isStopped, read(reader, call)], [true, [1]]);
  assertEquals(reader.ended(call), "UNAVAILABLE/yes");
});
