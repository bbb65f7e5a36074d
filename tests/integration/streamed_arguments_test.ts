/**
 * Arguments that are streams, between real nodes on real sockets: in order, typed, as fast as the function reads, and one end
 * each whatever happens.
 */
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import * as v from "valibot";
import {
  connect,
  contract,
  FarcallError,
  type FarcallNode,
  ItemStream,
  streamed,
} from "../../mod.ts";
import { listed, relayed, start, until } from "./streamed_chain.ts";

function error(promise: Promise<unknown>): Promise<FarcallError> {
  return assertRejects(() => promise, FarcallError);
}

/** Numbers, and what became of whoever gives them. */
class Source implements AsyncIterable<number> {
  given = 0;
  ended = 0;
  readonly #count: number;
  readonly #fails: boolean;

  constructor(count = Infinity, fails = false) {
    this.#count = count;
    this.#fails = fails;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (let number = 0; number < this.#count; number += 1) {
        this.given += 1;
        yield number;
        if (number % 100 === 0) await Promise.resolve();
      }
      if (this.#fails) throw new Error("the disk is gone");
    } finally {
      this.ended += 1;
    }
  }
}

async function sumOf(numbers: AsyncIterable<unknown>): Promise<number> {
  let total = 0;
  for await (const number of numbers) total += Number(number);
  return total;
}

function streamOf(arg: unknown): ItemStream<unknown> {
  assert(arg instanceof ItemStream);
  return arg;
}

const sum = contract("sum", { args: [v.string(), streamed(v.number())], returns: v.number() });
const double = contract("double", { args: [streamed(v.number())], yields: v.number() });

Deno.test("a client gives an argument as a stream, typed and checked item by item", async () => {
  await using node = await start();
  node.register(sum, async ([, numbers]) => await sumOf(numbers));
  await using client = await connect(node.url);
  const source = new Source(1_000);
  assertEquals(await client.call(sum, ["all", source]), 499_500);
  assertEquals([source.given, source.ended], [1_000, 1]);
  assertEquals(await client.call(sum, ["none", []]), 0);
  assertEquals(await client.call(sum, ["list", [1, 2, 3]]), 6);
  assertEquals(await client.call(sum, ["platform", ReadableStream.from([1, 2])]), 3);
});

Deno.test("streamed arguments pass two relays, many at once and both ways", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  provider.register(double, async function* ([numbers]) {
    for await (const number of numbers) yield 2 * number;
  });
  provider.register("zip", async ([one, other]) => {
    const [left, right] = [streamOf(one), streamOf(other)];
    const pairs: unknown[] = [];
    for await (const value of left) pairs.push([value, (await right.next()).value]);
    return pairs.length;
  });
  await listed(reader, "zip");
  await using client = await connect(reader.url);
  const read: number[] = [];
  for await (const number of client.stream(double, [new Source(20_000)])) read.push(number);
  assertEquals(read.length, 20_000);
  assert(read.every((number, index) => number === 2 * index));
  assertEquals(await reader.call("zip", [new Source(3_000), new Source(4_000)]), 3_000);
  await chain.rest();
});

Deno.test("a function that returns early ends its caller's iterator through two relays", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  provider.register("first", async ([numbers]) => {
    for await (const number of streamOf(numbers)) return number;
  });
  provider.register("ignores", () => "done");
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  provider.register("leaves", async ([numbers]) => {
    for await (const _number of streamOf(numbers)) break;
    await mayEnd;
    return "done";
  });
  await listed(reader, "leaves");
  const source = new Source();
  assertEquals(await reader.call("first", [source]), 0);
  await until(() => source.ended === 1);
  const unread = new Source();
  let cancelled = 0;
  const platform = new ReadableStream({ cancel: () => void (cancelled += 1) });
  assertEquals(await reader.call("ignores", [unread, platform]), "done");
  assertEquals([unread.given, cancelled], [0, 1]);
  // The function goes on, and its caller's iterator ends all the same.
  const left = new Source();
  const call = reader.call("leaves", [left]);
  await until(() => left.ended === 1);
  end();
  assertEquals(await call, "done");
  await chain.rest();
});

Deno.test("a function that reads slowly makes its caller wait behind two relays", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  const { promise: mayRead, resolve: read } = Promise.withResolvers<void>();
  provider.register("slow", async ([numbers]) => {
    const stream = streamOf(numbers);
    await stream.next();
    await mayRead;
    return await sumOf(stream);
  });
  await listed(reader, "slow");
  const source = new Source(50_000);
  const call = reader.call("slow", [source]);
  await until(() => source.given > 100);
  let before = 0;
  await until(() => {
    const isSame = source.given === before;
    before = source.given;
    return isSame;
  });
  // A window holds 4,096 of the smallest items, and each place on the way shares one.
  assertLess(source.given, 4_500);
  read();
  assertEquals(await call, 50_000 * 49_999 / 2);
  await chain.rest();
});

Deno.test("a caller that gives up, or has no time left, ends the function's stream with the reason", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  const codes: string[] = [];
  provider.register("waits", async ([numbers]) => {
    try {
      return await sumOf(streamOf(numbers));
    } catch (caught) {
      codes.push(caught instanceof FarcallError ? caught.code : "?");
      throw caught;
    }
  });
  await listed(reader, "waits");
  let ended = 0;
  const silent = async function* (): AsyncGenerator<number> {
    try {
      yield 1;
      await new Promise(() => {});
    } finally {
      ended += 1;
    }
  };
  let hasBegun = false;
  const paced = async function* (): AsyncGenerator<number> {
    hasBegun = true;
    try {
      for (let number = 0;; number += 1) {
        yield number;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      ended += 1;
    }
  };
  const giveUp = new AbortController();
  const given = reader.call("waits", [paced()], { signal: giveUp.signal });
  await until(() => hasBegun);
  giveUp.abort();
  const cancelled = await error(given);
  assertEquals([cancelled.code, cancelled.ran], ["CANCELLED", "yes"]);
  await until(() => ended === 1);
  assertEquals(
    (await error(reader.call("waits", [silent()], { timeout: 100 }))).code,
    "DEADLINE_EXCEEDED",
  );
  await chain.rest();
  assertEquals([codes[0], codes.length], ["CANCELLED", 2]);
});

Deno.test("an argument that fails, or is not what the contract says, ends the call with the reason", async () => {
  await using node = await start();
  const reasons: unknown[] = [];
  node.register(sum, async ([, numbers], { signal }) => {
    signal.addEventListener("abort", () => reasons.push(signal.reason.code));
    return await sumOf(numbers);
  });
  node.register("plain", async ([numbers]) => await sumOf(streamOf(numbers)));
  await using client = await connect(node.url);
  const source = new Source(10, true);
  const failed = await error(client.call(sum, ["failing", source]));
  assertEquals([failed.code, failed.ran, source.ended], ["CANCELLED", "yes", 1]);
  assert(failed.cause instanceof Error && failed.cause.message === "the disk is gone");
  assert(failed.message.includes("the disk is gone"), failed.message);
  // @ts-expect-error an item is a number
  const wrong = await error(client.call(sum, ["wrong", [1, 2, "three"]]));
  assertEquals([wrong.code, wrong.ran], ["INVALID_ARGUMENT", "yes"]);
  assert(wrong.message.includes("args[1][2]"), wrong.message);
  // @ts-expect-error not a stream at all
  const none = await error(client.call(sum, ["none", 7]));
  assertEquals([none.code, none.ran], ["INVALID_ARGUMENT", "no"]);
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const unsaid = await error(client.call("plain", [ReadableStream.from([cycle])]));
  assertEquals(unsaid.code, "INVALID_ARGUMENT");
  const long = await error(client.call("plain", [ReadableStream.from(["x".repeat(300_000)])]));
  assertEquals(long.code, "PAYLOAD_TOO_LARGE");
  await until(() => reasons.length === 2);
  assertEquals(reasons, ["CANCELLED", "CANCELLED"]);
});

Deno.test("a provider checks items that its caller did not, and takes a list for a stream", async () => {
  await using node = await start();
  node.register(sum, async ([, numbers]) => await sumOf(numbers));
  node.register(contract("whole", { args: [v.unknown()], returns: v.null() }), () => null);
  await using client = await connect(node.url);
  await using typist = await connect(node.url, { dialects: ["json"] });
  const wrong = await error(client.call("sum", ["wrong", ReadableStream.from([1, "two"])]));
  assertEquals([wrong.code, wrong.ran], ["INVALID_ARGUMENT", "yes"]);
  assert(wrong.message.includes("args[1][1]"), wrong.message);
  assertEquals(await typist.call("sum", ["a list", [1, 2, 3]]), 6);
  assertEquals((await error(typist.call("sum", ["no list", 7]))).code, "INVALID_ARGUMENT");
  const whole = await error(client.call("whole", [ReadableStream.from([1])]));
  assertEquals([whole.code, whole.ran], ["INVALID_ARGUMENT", "no"]);
  const asked = client.request((r) => r.call("sum", ["in a request", ReadableStream.from([1])]));
  await assertRejects(() => asked, TypeError, "stream");
  assertEquals(await client.request((r) => r.call(sum, ["in a request", [4, 5]])), 9);
});

Deno.test("the json dialect has no streamed arguments and says so", async () => {
  await using node = await start();
  node.register(sum, async ([, numbers]) => await sumOf(numbers));
  await using client = await connect(node.url, { dialects: ["json"] });
  const source = new Source();
  const { code, message, ran } = await error(client.call(sum, ["all", source]));
  assertEquals([code, ran, source.given], ["UNSUPPORTED_VERSION", "no", 0]);
  assert(message.includes("streams"), message);
});

Deno.test("a call whose argument was not asked for goes elsewhere, one that has begun does not", async () => {
  await using hub = await start({ cluster: "hub", reach: "relay" });
  const hits: string[] = [];
  const provide = async (name: string): Promise<FarcallNode> => {
    const node = await start({ cluster: name, peers: [hub.url] });
    node.register("untouched", async ([numbers], { signal }) => {
      hits.push(name);
      if (hits.length > 1) return await sumOf(streamOf(numbers));
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    node.register("begun", async ([numbers], { signal }) => {
      hits.push(name);
      await streamOf(numbers).next();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    await listed(hub, "begun", node);
    await listed(hub, "untouched", node);
    return node;
  };
  const nodes = new Map([["a", await provide("a")], ["b", await provide("b")]]);
  await using client = await connect(hub.url);
  const untouched = client.call("untouched", [new Source(10)], { idempotent: true });
  await until(() => hits.length === 1);
  await nodes.get(hits[0] ?? "")?.drain({ timeout: 0 });
  assertEquals(await untouched, 45);
  assertEquals(new Set(hits), new Set(["a", "b"]));
  const source = new Source(10);
  const begun = client.call("begun", [source], { idempotent: true });
  await until(() => source.given > 0);
  const last = nodes.get(hits[1] ?? "");
  const [failed] = await Promise.all([error(begun), last?.drain({ timeout: 0 })]);
  assertEquals(failed.ran, "yes");
  assertEquals([hits.length, source.ended], [3, 1]);
});

Deno.test("a client's function reads streamed arguments, and pipes them on to another", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  provider.register(double, async function* ([numbers]) {
    for await (const number of numbers) yield 2 * number;
  });
  await listed(reader, "double");
  await using page = await connect(provider.url);
  page.register("pipe", async function* ([numbers], { client }) {
    yield* client.stream("double", [numbers]);
  }, { maxHops: 4 });
  page.register("few", async ([numbers]) => {
    let seen = 0;
    for await (const _number of streamOf(numbers)) if ((seen += 1) === 10) break;
    return seen;
  }, { maxHops: 4 });
  await listed(reader, "few");
  assertEquals(await sumOf(reader.stream("pipe", [new Source(5_000)])), 4_999 * 5_000);
  const source = new Source();
  assertEquals(await reader.call("few", [source]), 10);
  await until(() => source.ended === 1);
  await chain.rest();
});

Deno.test("a lost connection ends both sides of a streamed argument", async () => {
  await using node = await start();
  let ended = 0;
  node.register("reads", async ([numbers]) => {
    try {
      return await sumOf(streamOf(numbers));
    } finally {
      ended += 1;
    }
  });
  const client = await connect(node.url);
  const source = new Source();
  const call = error(client.call("reads", [source]));
  await until(() => source.given > 1_000);
  await client.close();
  assertEquals((await call).code, "CANCELLED");
  await until(() => source.ended === 1 && ended === 1);
});

Deno.test("more than eight streamed arguments are refused before anything is sent", async () => {
  await using node = await start();
  node.register("many", (args) => args.length);
  const sources = Array.from({ length: 9 }, () => new Source(1));
  await assertRejects(() => node.call("many", sources), RangeError, "at most 8");
  assertEquals(await node.call("many", sources.slice(1)), 8);
});

Deno.test("arguments that nobody goes on reading do not stop those of other calls", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  provider.register("stuck", async ([texts]) => {
    await streamOf(texts).next();
    await mayEnd;
  });
  provider.register("sum", async ([numbers]) => await sumOf(streamOf(numbers)));
  await listed(reader, "sum");
  const long = "x".repeat(10_000);
  let given = 0;
  const endless = async function* (): AsyncGenerator<string> {
    for (;; given += 1) yield long;
  };
  const stuck = Array.from({ length: 50 }, () => reader.call("stuck", [endless()]));
  await until(() => provider.counts().running === 50);
  const sums = Array.from({ length: 50 }, () => reader.call("sum", [new Source(1_000)]));
  assertEquals(new Set(await Promise.all(sums)), new Set([499_500]));
  // What is under way of all of them shares one window of 4 MiB, but for a little of each.
  assertLess(given * long.length, 8 * 1024 * 1024);
  end();
  await Promise.all(stuck);
  await chain.rest();
});
