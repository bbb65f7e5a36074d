/**
 * Streams between real nodes on real sockets: in order, typed, as fast as they are read, and one end each.
 */
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import * as v from "valibot";
import { connect, contract, declaredError, FarcallError, isDeclaredError } from "../../mod.ts";
import { listed, relayed, start, until } from "./streamed_chain.ts";

function error(promise: Promise<unknown>): Promise<FarcallError> {
  return assertRejects(() => promise, FarcallError);
}

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const tail = contract("tail", {
  args: [v.string(), v.number()],
  yields: v.object({ line: v.string() }),
  errors: { rotated: v.object({ at: v.number() }) },
});

Deno.test("a client reads a stream of the node it is connected to, typed", async () => {
  await using node = await start();
  node.register(tail, async function* ([path, lines]) {
    for (let line = 0; line < lines; line += 1) yield { line: `${path}:${line}` };
    if (lines === 2) throw declaredError(tail, "rotated", { at: 2 });
  });
  await using client = await connect(node.url);
  const read: string[] = [];
  for await (const { line } of client.stream(tail, ["log", 3])) read.push(line);
  assertEquals(read, ["log:0", "log:1", "log:2"]);

  const some: unknown[] = [];
  const caught = await assertRejects(async () => {
    for await (const item of client.stream(tail, ["log", 2])) some.push(item);
  });
  assert(isDeclaredError(tail, caught));
  assertEquals([some.length, caught.data.at], [2, 2]);
});

Deno.test("a stream may be given by a generator, an iterable, or a ReadableStream, and read as one", async () => {
  await using node = await start();
  node.register("list", ([items]) => items);
  node.register("generator", function* () {
    yield* [1, 2];
  });
  node.register("platform", () => ReadableStream.from([1, 2, 3]));
  await using client = await connect(node.url);
  assertEquals(await all(client.stream("list", [["a", "b"]])), ["a", "b"]);
  assertEquals(await all(client.stream("generator")), [1, 2]);
  assertEquals(await all(client.stream("platform").readable), [1, 2, 3]);
  assertEquals(await client.call("list", [["a", "b"]]), ["a", "b"]);
});

Deno.test("a ReadableStream that a function returns is checked, read slowly, and cancelled when nobody reads", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  const numbers = contract("numbers", { args: [], yields: v.number() });
  let pulled = 0;
  const reasons: unknown[] = [];
  provider.register(numbers, () =>
    new ReadableStream<number>({
      pull: (controller) => controller.enqueue(pulled += 1),
      cancel: (reason) => void reasons.push(reason),
    }));
  provider.register("fails", () =>
    new ReadableStream({
      pull: (controller) => pulled > 0 ? controller.error(new Error("gone")) : controller.close(),
    }));
  await listed(reader, "fails");
  const read: number[] = [];
  for await (const number of reader.stream(numbers)) {
    read.push(number);
    if (read.length === 3) break;
  }
  assertEquals(read, [1, 2, 3]);
  await until(() => reasons.length === 1);
  assertLess(pulled, 4_500, "no more than a window was asked for");
  assertEquals((await error(reader.stream("fails").next())).code, "HANDLER_ERROR");
  await chain.rest();
});

Deno.test("what is a stream can't be called, and what gives one value can't be read", async () => {
  await using node = await start();
  node.register("many", async function* () {
    yield 1;
  });
  node.register("one", () => 1);
  await using client = await connect(node.url);
  assertEquals((await error(client.call("many"))).code, "INVALID_ARGUMENT");
  assertEquals((await error(client.stream("one").next())).code, "INVALID_ARGUMENT");
  assertEquals((await error(client.stream("none").next())).code, "FUNCTION_NOT_FOUND");
});

Deno.test("the json dialect has no streams and says so", async () => {
  await using node = await start();
  node.register("many", async function* () {
    yield 1;
  });
  await using client = await connect(node.url, { dialects: ["json"] });
  const { code, message, ran } = await error(client.stream("many").next());
  assertEquals([code, ran], ["UNSUPPORTED_VERSION", "no"]);
  assert(message.includes("streams"), message);
});

Deno.test("values that are not what the contract says end the stream on the side that sees them", async () => {
  await using node = await start();
  node.register("tail", async function* () {
    yield { line: "right" };
    yield { line: 7 };
  });
  await using client = await connect(node.url);
  const stream = client.stream(tail, ["log", 3], { mismatch: "ignore" });
  assertEquals(await stream.next(), { done: false, value: { line: "right" } });
  assertEquals((await error(stream.next())).code, "INVALID_RESULT");
  assertEquals((await stream.next()).done, true);
  // @ts-expect-error a path is a string
  assertEquals((await error(client.stream(tail, [1, 1]).next())).code, "INVALID_ARGUMENT");
});

Deno.test("leaving the loop ends the function through two relays, and nothing of it is left", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  let ended = 0;
  provider.register("forever", async function* (_args, { signal }) {
    try {
      for (let number = 0; !signal.aborted; number += 1) yield number;
    } finally {
      ended += 1;
    }
  });
  await listed(reader, "forever");
  assertEquals(reader.listOffers().find(({ fun }) => fun === "forever")?.distance, 3);
  for await (const number of reader.stream("forever")) if (number === 5_000) break;
  await until(() => ended === 1);
  await until(() => chain.all.every((node) => node.counts().calls === 0));
  assertEquals(provider.counts().running, 0);
});

Deno.test("a signal and a timeout end a stream, also one that waits for its function", async () => {
  await using node = await start();
  const signals: AbortSignal[] = [];
  node.register("silent", async function* (_args, { signal }) {
    signals.push(signal);
    yield 1;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  await using client = await connect(node.url);
  const giveUp = new AbortController();
  const stream = client.stream("silent", [], { signal: giveUp.signal });
  assertEquals((await stream.next()).value, 1);
  const next = error(stream.next());
  giveUp.abort();
  assertEquals((await next).code, "CANCELLED");
  const short = client.stream("silent", [], { timeout: 1_000 });
  assertEquals((await short.next()).value, 1);
  assertEquals((await error(short.next())).code, "DEADLINE_EXCEEDED");
  await until(() => signals.every(({ aborted }) => aborted));
  await until(() => node.counts().running === 0);
});

Deno.test("a nested stream ends with the call that reads it", async () => {
  await using node = await start();
  let inner: AbortSignal | undefined;
  node.register("inner", async function* (_args, { signal }) {
    inner = signal;
    for (let number = 0;; number += 1) yield number;
  });
  node.register("outer", async function* (_args, { client }) {
    for await (const number of client.stream("inner")) yield number;
  });
  await using client = await connect(node.url);
  for await (const number of client.stream("outer")) if (number === 10) break;
  await until(() => inner?.aborted === true && node.counts().running === 0);
});

Deno.test("a stream of numbered items goes on at another provider when the first one is lost", async () => {
  await using hub = await start();
  const providers = await Promise.all([1, 2].map(() => start({ peers: [hub.url] })));
  for (const node of providers) {
    node.register("count", async function* (_args, { resumeFrom }) {
      for (let number = resumeFrom; number < 20_000; number += 1) yield [number, node.url];
    });
    await listed(hub, "count", node);
  }
  const numbers: unknown[] = [];
  const urls = new Set<string>();
  for await (const item of hub.stream("count", [], { resumeFrom: 0 })) {
    const [number, url] = item as [number, string];
    numbers.push(number);
    urls.add(url);
    if (number === 5_000) {
      const first = providers.find((node) => node.url === url);
      await first?.drain({ timeout: 0 });
    }
  }
  assertEquals(numbers, Array.from({ length: 20_000 }, (_, index) => index));
  assertEquals(urls.size, 2);
  await Promise.all(providers.map((node) => node.drain({ timeout: 0 })));
});

Deno.test("a slow reader behind two relays makes the function wait, and nobody's memory grows", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  const piece = "x".repeat(64 * 1024);
  const pieces = 16 * 1024 * 1024 / piece.length;
  let written = 0;
  let read = 0;
  let aheadMax = 0;
  provider.register("pieces", async function* () {
    while (written < pieces) {
      written += 1;
      aheadMax = Math.max(aheadMax, written - read);
      yield piece;
    }
  });
  await listed(reader, "pieces");
  for await (const _piece of reader.stream("pieces")) {
    read += 1;
    if (read % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(read, pieces);
  // 256 KiB of credit, one item more than that, and the one that is being made.
  assertLess(aheadMax, 8);
});

Deno.test("a hundred streams at once all move, and each gets its part", async () => {
  await using chain = await relayed();
  const { provider, reader } = chain;
  const piece = "x".repeat(8 * 1024);
  provider.register("pieces", async function* () {
    for (let number = 0; number < 20; number += 1) yield piece;
  });
  await listed(reader, "pieces");
  const counts = new Array<number>(100).fill(0);
  let spread = 0;
  await Promise.all(counts.map(async (_, index) => {
    for await (const _piece of reader.stream("pieces")) {
      counts[index] = (counts[index] ?? 0) + 1;
      if (counts.every((count) => count > 0)) {
        spread = Math.max(spread, Math.max(...counts) - Math.min(...counts));
      }
    }
  }));
  assertEquals(new Set(counts), new Set([20]));
  assertLess(spread, 20, "one was through before another had more than its first");
});
